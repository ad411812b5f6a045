import { expect, test } from 'vitest';
import { type Chain, foreignRules, ownChains, transition } from './rule-set.ts';

const FOREIGN = `*filter
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
-A OUTPUT -j DOCKER
-A DOCKER -d 10.0.0.1/32 -m comment --comment "to ordeal-land" -j ACCEPT
COMMIT
`;

const LEFT = `*nat
:OUTPUT ACCEPT [0:0]
:ordeal-proxied - [0:0]
-A OUTPUT -j ordeal-proxied
-A ordeal-proxied -d 10.0.0.2/32 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 4000
COMMIT
*filter
:OUTPUT ACCEPT [0:0]
:ordeal-a-out - [0:0]
-A OUTPUT -j ordeal-a-out
-A OUTPUT -j DOCKER
-A ordeal-a-out -d 10.0.0.2/32 -j DROP
COMMIT
`;

const chain = (name: string, rule: string): Chain => ({
  table: 'filter',
  hook: 'OUTPUT',
  name,
  rules: [rule],
});

test('where nothing is ours and nothing is to be, nothing is done', () => {
  expect(transition('', [])).toBe('');
  expect(transition(FOREIGN, [])).toBe('');
  expect(ownChains(FOREIGN)).toEqual({});
});

test('what others have is not mentioned', () => {
  expect(transition(FOREIGN, [chain('b-out', '-j DROP')])).toBe(`*filter
:ordeal-b-out - [0:0]
-A ordeal-b-out -j DROP
-I OUTPUT 1 -j ordeal-b-out
COMMIT
`);
});

test('what was left is taken away in all tables, in the step that puts the rest in place', () => {
  expect(transition(LEFT, [chain('b-out', '-j DROP')])).toBe(`*nat
:ordeal-proxied - [0:0]
-D OUTPUT -j ordeal-proxied
-X ordeal-proxied
COMMIT
*filter
:ordeal-a-out - [0:0]
:ordeal-b-out - [0:0]
-D OUTPUT -j ordeal-a-out
-A ordeal-b-out -j DROP
-I OUTPUT 1 -j ordeal-b-out
-X ordeal-a-out
COMMIT
`);
});

test('a chain that stays is emptied and filled again, and is jumped to once', () => {
  expect(transition(LEFT, [chain('a-out', '-j ACCEPT')])).toContain(`*filter
:ordeal-a-out - [0:0]
-D OUTPUT -j ordeal-a-out
-A ordeal-a-out -j ACCEPT
-I OUTPUT 1 -j ordeal-a-out
COMMIT
`);
});

test('tells its chains with their rules', () => {
  expect(ownChains(LEFT)).toEqual({
    'nat/ordeal-proxied': ['-d 10.0.0.2/32 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 4000'],
    'filter/ordeal-a-out': ['-d 10.0.0.2/32 -j DROP'],
  });
});

test('what others have is told from ours and from the way to the name server of the engine', () => {
  expect(foreignRules(LEFT.replace('-A OUTPUT -j DOCKER\n', ''))).toEqual([]);
  expect(foreignRules(FOREIGN)).toEqual([
    '-A OUTPUT -j DOCKER',
    '-A DOCKER -d 10.0.0.1/32 -m comment --comment "to ordeal-land" -j ACCEPT',
  ]);
  const nameServer = [
    '*nat',
    ':DOCKER_OUTPUT - [0:0]',
    '-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT',
    '-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING',
    '-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:41375',
  ];
  expect(foreignRules(nameServer.join('\n'))).toEqual([]);
  expect(foreignRules(':FORWARD DROP [0:0]')).toEqual([':FORWARD DROP [0:0]']);
});
