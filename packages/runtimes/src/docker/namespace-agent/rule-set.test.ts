import { expect, test } from 'vitest';
import { type Chain, ownChains, transition } from './rule-set.ts';

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
