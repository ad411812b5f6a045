import fc from 'fast-check';
import { expect, test } from 'vitest';
import { surelyReached } from './binomial.ts';

test.each([
  // Of ten coins, none is heads in 1 of 1,024, and one or none in 11 of 1,024 = 0.0107.
  { tries: 10, probability: 0.5, error: 0.0009, count: 0 },
  { tries: 10, probability: 0.5, error: 0.001, count: 1 },
  { tries: 10, probability: 0.5, error: 0.0107, count: 1 },
  { tries: 10, probability: 0.5, error: 0.0108, count: 2 },
  { tries: 7, probability: 1, error: 0.001, count: 7 },
])('of $tries tries at $probability $count surely succeed, but for $error', ({ count, ...own }) => {
  expect(surelyReached(own.tries, own.probability, own.error)).toBe(count);
});

test('more is reached of what is more probable, and never all that was tried beyond the expected', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.double({ min: 0, max: 0.01, noNaN: true }),
      (tries, probability, more) => {
        const count = surelyReached(tries, probability, 1e-3);
        expect(count).toBeLessThanOrEqual(tries * probability);
        expect(surelyReached(tries, probability + more, 1e-3)).toBeGreaterThanOrEqual(count);
      },
    ),
  );
});
