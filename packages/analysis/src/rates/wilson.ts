import { CONFIDENCE, type Interval, reach } from '../interval.ts';

/** A share of trials: counted, and where the true rate is to be expected. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  /** Null when there was nothing to count in. */
  readonly rate: number | null;
  readonly interval: Interval | null;
}

/** @example rateOf(81, 263) // rate 0.308, interval 0.255 to 0.366 */
export function rateOf(count: number, of: number, confidence: number = CONFIDENCE): Rate {
  if (of === 0) return { count, of, rate: null, interval: null };
  return { count, of, rate: count / of, interval: wilsonInterval(count, of, confidence) };
}

/**
 * The score interval of Wilson (1927), without continuity correction: it covers well even for few trials and for
 * rates of 0 and 1, where the usual p ± 1.96 se has no width at all. Newcombe (1998), Statistics in Medicine 17:857.
 */
export function wilsonInterval(count: number, of: number, confidence: number = CONFIDENCE): Interval {
  const z = reach(confidence);
  const rate = count / of;
  const centre = rate + z ** 2 / (2 * of);
  const spread = z * Math.sqrt((rate * (1 - rate)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  // At the ends rounding would miss 0 and 1 by a hair.
  return {
    low: count === 0 ? 0 : (centre - spread) / scale,
    high: count === of ? 1 : (centre + spread) / scale,
  };
}
