import type { Incident } from '@ordeal/core';
import { expect, it } from 'vitest';
import { matchTicket, nodeIn } from './match-ticket.ts';

function incident(instance: string, host: string, port: number, ...nodes: string[]): Incident {
  return {
    incident: instance,
    trial: '1',
    subject: 'etcd',
    runtime: 'process',
    instance,
    nodes: nodes.map((name, index) => ({
      name,
      role: 'member',
      endpoints: { client: { host, port: port + index } },
    })),
  };
}
const A = incident('iaaaaaaaaaa', '127.0.0.1', 15_000, 'n0', 'n1');
const B = incident('ibbbbbbbbbb', '127.0.0.1', 16_000, 'n0', 'n1');
const C = incident('icccccccccc', '10.203.0.35', 2379, 'n0', 'n2');

it.each<[string, readonly Incident[], string | undefined, string | undefined]>([
  ['endpoint 127.0.0.1:16001 is down', [A, B], 'ibbbbbbbbbb', 'name'],
  ['container ordeal-iaaaaaaaaaa-n1 exited', [A, B], 'iaaaaaaaaaa', 'name'],
  ['store 10.203.0.35 does not answer', [A, C], 'icccccccccc', 'name'],
  ['n2 is down', [A, B, C], 'icccccccccc', 'node'],
  // Both have one.
  ['n0 is down', [A, B], undefined, undefined],
  ['127.0.0.1:15000 and 127.0.0.1:16000', [A, B], undefined, undefined],
  ['latency is high', [A], 'iaaaaaaaaaa', 'only'],
  ['latency is high', [A, B], undefined, undefined],
  ['n1 is down', [A], 'iaaaaaaaaaa', 'node'],
  // About somebody else, though only one incident is open.
  ['10.9.9.9:2379 is down', [A], undefined, undefined],
  ['store 10.203.0.3 is down', [A, C], undefined, undefined],
  ['n22 is down', [A, C], undefined, undefined],
  ['n2 is down', [], undefined, undefined],
])('%s', (text, open, instance, by) => {
  const match = matchTicket(text, open);
  expect([match?.incident.instance, match?.by]).toEqual([instance, by]);
});

it.each([
  ['docker restart ordeal-iaaaaaaaaaa-n1', 'n1'],
  ['nc 127.0.0.1:15000', 'n0'],
  ['systemctl restart n1', 'n1'],
  ['systemctl restart n0 n1', undefined],
  ['systemctl restart postgres', undefined],
])('a command names its node: %s', (command, node) => expect(nodeIn(command, A)).toBe(node));
