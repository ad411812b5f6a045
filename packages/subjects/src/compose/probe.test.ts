import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deadlineSignal, monotonicMs, type SubjectProbe } from '@ordeal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProbe } from './probe.ts';
import { type ComposeSystem, portName } from './system.ts';

/** One HTTP server is all nodes of the system, at their own addresses. */
let server: Server;
let port: number;
let isHealthy: boolean;
beforeEach(async () => {
  isHealthy = true;
  server = createServer((request, response) => {
    response.statusCode = request.url === '/health' && isHealthy ? 200 : 500;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function probeOf(healthy: ComposeSystem['healthy'], state?: ComposeSystem['state']): SubjectProbe {
  const service = { image: 'x', ports: [port], restarts: true, isJob: false, aliases: [], hosts: [] };
  const system: ComposeSystem = {
    name: 'shop',
    title: 'Shop',
    file: { path: '/compose.yaml', resolved: {}, jobs: [] },
    services: [
      { ...service, name: 'web', replicas: 2 },
      { ...service, name: 'worker', replicas: 1, ports: [] },
    ],
    targets: ['web'],
    healthy,
    state,
    load: undefined,
    links: undefined,
    ports: new Map([
      ['web', new Map([[port, 'http' as const]])],
      ['worker', new Map()],
    ]),
    disks: {},
    startBudgetMs: 1_000,
  };
  return openProbe(system, {
    monotonicMs,
    address: (node, name) => {
      if (!/^web-[12]$/.test(node) || name !== portName(port)) throw new RangeError(`${node} ${name}`);
      return { host: '127.0.0.1', port };
    },
  });
}

const page = () => [{ service: 'web', port, path: '/health' }];
const soon = () => deadlineSignal(2_000);

test('whole is a system whose ports answer and whose pages say so, those of each replica', async () => {
  const probe = probeOf(page());
  expect(await probe.whole(soon())).toMatchObject({ whole: true });
  expect(await probe.roles(soon())).toEqual({ 'web-1': 'web', 'web-2': 'web', worker: 'worker' });
  isHealthy = false;
  expect(await probe.whole(soon())).toEqual({
    whole: false,
    detail: `web-1:${port}/health: status 500; web-2:${port}/health: status 500`,
  });
});

test('a node that does not answer has no role, and the system is not whole whatever else says so', async () => {
  const probe = probeOf(
    async () => true,
    async () => ({ orders: 3 }),
  );
  expect(await probe.capture(soon())).toEqual({
    'web-1': { answers: true },
    'web-2': { answers: true },
    worker: { answers: true },
    orders: 3,
  });
  const failing = probeOf(
    async () => true,
    () => {
      throw new Error('the database is down');
    },
  );
  expect(await failing.capture(soon())).toMatchObject({
    worker: { answers: true },
    error: 'the database is down',
  });
  server.closeAllConnections();
  server.close();
  expect(await probe.roles(soon())).toEqual({ worker: 'worker' });
  const { whole, detail } = await probe.whole(soon());
  expect(whole).toBe(false);
  expect(detail).toMatch(/^web-1:\d+: .*ECONNREFUSED.*; web-2:\d+: .*ECONNREFUSED/);
});

test('a function is asked with the addresses of nodes, and what it throws is a no', async () => {
  const yes = probeOf(async (endpoints, signal) => {
    const [first = ''] = endpoints.nodesOf('web');
    const { host } = endpoints.address(first, port);
    return (await fetch(`http://${host}:${port}/health`, { signal })).ok;
  });
  expect(await yes.whole(soon())).toEqual({ whole: true, detail: 'healthy' });
  isHealthy = false;
  expect(await yes.whole(soon())).toEqual({ whole: false, detail: 'healthy() says no' });
  const told = probeOf(async () => ({ whole: false, detail: '2 of 3 brokers' }));
  expect(await told.whole(soon())).toEqual({ whole: false, detail: '2 of 3 brokers' });
  const deaf = probeOf(() => new Promise(() => {}));
  expect(await deaf.whole(deadlineSignal(100))).toEqual({ whole: false, detail: 'no answer in time' });
  const broken = probeOf(() => {
    throw new Error('no such table');
  });
  expect(await broken.whole(soon())).toEqual({ whole: false, detail: 'no such table' });
});
