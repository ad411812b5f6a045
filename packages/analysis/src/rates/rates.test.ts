import { describe, expect, it } from 'vitest';
import { imbalance } from './imbalance.ts';
import { mcnemarExact } from './mcnemar.ts';
import { pairedRateDifference, unpairedRateDifference } from './rate-difference.ts';
import { rateOf, wilsonInterval } from './wilson.ts';

describe("Wilson's interval", () => {
  // Newcombe (1998), Statistics in Medicine 17:857, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d in %d is %d to %d, as published', (count, of, low, high) => {
    expect(wilsonInterval(count, of).low).toBeCloseTo(low, 4);
    expect(wilsonInterval(count, of).high).toBeCloseTo(high, 4);
  });

  it('of nothing is nothing, and of all reaches 1 exactly', () => {
    expect(rateOf(0, 0)).toEqual({ count: 0, of: 0, rate: null, interval: null });
    expect(wilsonInterval(7, 7).high).toBe(1);
  });
});

describe('the difference of two rates', () => {
  // Newcombe (1998), Statistics in Medicine 17:873, table II, method 10, as first minus second.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
  ])('of %d/%d and %d/%d is %d to %d, as published', (a, m, b, n, low, high) => {
    const { difference, interval } = unpairedRateDifference({ count: b, of: n }, { count: a, of: m });
    expect(difference).toBeCloseTo(a / m - b / n, 10);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  // Newcombe (1998), Statistics in Medicine 17:2635, table III, method 10: 36, 12, 2, 0 is 0.0569 to 0.3404.
  it('of pairs takes their correlation in, as published', () => {
    const { difference, interval } = pairedRateDifference({
      both: 36,
      onlyFirst: 2,
      onlySecond: 12,
      neither: 0,
    });
    expect(difference).toBeCloseTo(0.2, 10);
    expect(interval.low).toBeCloseTo(0.0569, 4);
    expect(interval.high).toBeCloseTo(0.3404, 4);
  });

  it('changes sign with the sides', () => {
    const one = pairedRateDifference({ both: 5, onlyFirst: 1, onlySecond: 4, neither: 3 });
    const other = pairedRateDifference({ both: 5, onlyFirst: 4, onlySecond: 1, neither: 3 });
    expect(other.difference).toBeCloseTo(-one.difference, 12);
    expect(other.interval.low).toBeCloseTo(-one.interval.high, 12);
  });
});

describe("McNemar's exact test", () => {
  it('is a toss of coins among the pairs that differ', () => {
    // Sum of the choices of 0, 1 and 2 in 14, twice, over 2^14.
    expect(mcnemarExact({ onlyFirst: 12, onlySecond: 2 })).toBeCloseTo((2 * (1 + 14 + 91)) / 2 ** 14, 12);
    expect(mcnemarExact({ onlyFirst: 0, onlySecond: 5 })).toBeCloseTo(0.0625, 12);
    expect(mcnemarExact({ onlyFirst: 3, onlySecond: 3 })).toBe(1);
    expect(mcnemarExact({ onlyFirst: 0, onlySecond: 0 })).toBe(1);
  });

  it('of the approval ratings in Agresti is 3.716e-5, as exact2x2 in R gives it', () => {
    expect(mcnemarExact({ onlyFirst: 150, onlySecond: 86 })).toBeCloseTo(3.716e-5, 8);
  });
});

describe('the test for imbalance', () => {
  it("is Fisher's exact test for two arms: tea with milk, convicted twins", () => {
    expect(
      imbalance([
        { count: 3, of: 4 },
        { count: 1, of: 4 },
      ])?.p,
    ).toBeCloseTo(0.4857, 4);
    expect(
      imbalance([
        { count: 10, of: 13 },
        { count: 2, of: 17 },
      ]),
    ).toEqual({
      p: expect.closeTo(0.0005367, 7),
      method: 'exact',
    });
  });

  it("is Freeman and Halton's for more: counted by hand", () => {
    // Of the 15 ways to choose 2 of 6, three put both into one arm.
    const groups = [
      { count: 2, of: 2 },
      { count: 0, of: 2 },
      { count: 0, of: 2 },
    ];
    expect(imbalance(groups)?.p).toBeCloseTo(3 / 15, 12);
  });

  it('falls back to chi-square, which agrees with it when there is much', () => {
    const many = [
      { count: 400, of: 1_000 },
      { count: 430, of: 1_000 },
      { count: 450, of: 1_000 },
    ];
    const answer = imbalance(many);
    expect(answer?.method).toBe('chi-square');
    expect(answer?.p).toBeGreaterThan(0.05);
    expect(answer?.p).toBeLessThan(0.1);
  });

  it('has nothing to say of one arm', () => {
    expect(
      imbalance([
        { count: 1, of: 3 },
        { count: 0, of: 0 },
      ]),
    ).toBeUndefined();
    expect(
      imbalance([
        { count: 0, of: 3 },
        { count: 0, of: 3 },
      ])?.p,
    ).toBe(1);
  });
});
