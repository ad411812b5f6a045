import { normalQuantile } from './distributions/normal.ts';

/** Where the truth is to be expected, at the stated confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of all intervals, unless somebody says otherwise. */
export const CONFIDENCE = 0.95;

/** The normal quantile that a two-sided interval reaches to: 1.96 for 0.95. */
export function reach(confidence: number): number {
  return normalQuantile(1 - (1 - confidence) / 2);
}
