import type { LinkRule } from '@ordeal/core';
import { expect, test } from 'vitest';
import { rulesPerNode } from './place-rules.ts';

const places = {
  host: (node: string) => ({ alpha: '10.0.0.1', beta: '10.0.0.2' })[node] ?? 'unknown',
  port: () => 80,
};
const link = { from: 'beta', to: 'alpha', port: 'main' };

test('a rule stands at the dialler, with the address of the listener', () => {
  const rule: LinkRule = { kind: 'cut', link, direction: 'forward' };
  expect(rulesPerNode([rule], places)).toEqual(
    new Map([['beta', [{ ...rule, peer: { host: '10.0.0.1', port: 80 } }]]]),
  );
});

test('a loss stands at both ends: each loses what arrives from the other', () => {
  const rule: LinkRule = { kind: 'loss', link, percent: 30 };
  expect(rulesPerNode([rule], places)).toEqual(
    new Map([
      ['beta', [{ ...rule, peer: { host: '10.0.0.1', port: 80 }, end: 'dialler' }]],
      ['alpha', [{ ...rule, peer: { host: '10.0.0.2', port: 80 }, end: 'listener' }]],
    ]),
  );
});
