import { CONFIDENCE, type Interval } from '../interval.ts';
import { wilsonInterval } from './wilson.ts';

export interface Difference {
  /** Second minus first. */
  readonly difference: number;
  readonly interval: Interval;
}

/** How the pairs of two arms ended: `onlyFirst` is a success of the first arm and none of the second. */
export interface PairCounts {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

/**
 * Rates of independent trials: the square-and-add interval on Wilson's (Newcombe 1998, Statistics in Medicine
 * 17:873, method 10).
 */
export function unpairedRateDifference(
  first: { count: number; of: number },
  second: { count: number; of: number },
  confidence: number = CONFIDENCE,
): Difference {
  return squareAndAdd(first, second, 0, confidence);
}

/** Rates of the same pairs: the same interval with their correlation (Newcombe 1998, ibid. 17:2635, method 10). */
export function pairedRateDifference(pairs: PairCounts, confidence: number = CONFIDENCE): Difference {
  const { both, onlyFirst, onlySecond, neither } = pairs;
  const of = both + onlyFirst + onlySecond + neither;
  const margins = (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither);
  const excess = both * neither - onlyFirst * onlySecond;
  const corrected = excess > 0 ? Math.max(excess - of / 2, 0) : excess;
  return squareAndAdd(
    { count: both + onlyFirst, of },
    { count: both + onlySecond, of },
    margins === 0 ? 0 : corrected / Math.sqrt(margins),
    confidence,
  );
}

function squareAndAdd(
  first: { count: number; of: number },
  second: { count: number; of: number },
  correlation: number,
  confidence: number,
): Difference {
  const [one, two] = [first, second].map(({ count, of }) => {
    const rate = count / of;
    const { low, high } = wilsonInterval(count, of, confidence);
    return { rate, below: rate - low, above: high - rate };
  }) as [Side, Side];
  const difference = two.rate - one.rate;
  const distance = (a: number, b: number): number =>
    Math.sqrt(Math.max(0, a ** 2 - 2 * correlation * a * b + b ** 2));
  return {
    difference,
    interval: {
      low: difference - distance(two.below, one.above),
      high: difference + distance(two.above, one.below),
    },
  };
}

interface Side {
  readonly rate: number;
  readonly below: number;
  readonly above: number;
}
