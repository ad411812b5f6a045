import { expect, test } from 'vitest';
import { postgres } from './postgres.ts';
import { resolveTarget, targetWord, targetWords } from './target.ts';
import { tikv } from './tikv.ts';

test.each([
  [postgres, 'any', { kind: 'any' }],
  [postgres, 'leader', { kind: 'role', role: 'primary' }],
  [postgres, 'follower', { kind: 'role', role: 'standby' }],
  [postgres, 'standby', { kind: 'role', role: 'standby' }],
  [postgres, 'postgres2', { kind: 'node', name: 'postgres2' }],
  [tikv, 'any', { kind: 'role', role: 'tikv' }],
  [tikv, 'leader', { kind: 'role', role: 'pd_leader' }],
  [tikv, 'tikv', { kind: 'role', role: 'tikv' }],
  [tikv, 'tikv0', { kind: 'node', name: 'tikv0' }],
])('$0.name: %s resolves', (subject, word, target) => {
  expect(resolveTarget(subject, word)).toEqual(target);
});

test.each(['client', 'postgres3', 'Leader', '', 'constructor', 'toString', '__proto__'])(
  'postgres has no target "%s"',
  (word) => {
    expect(resolveTarget(postgres, word)).toBeUndefined();
  },
);

test.each([postgres, tikv])(
  '$name: every offered word resolves, and its resolved word means the same',
  (subject) => {
    for (const word of targetWords(subject)) {
      const target = resolveTarget(subject, word);
      if (target === undefined) throw new Error(`${word} is offered but unknown`);
      expect(resolveTarget(subject, targetWord(target))).toEqual(target);
    }
  },
);
