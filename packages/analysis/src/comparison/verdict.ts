import { reach } from '../interval.ts';
import { SAMPLING_MS } from '../recorded-trial.ts';
import type { TimeComparison } from './compare-times.ts';

/**
 * `better`, `worse`: the second arm's goal was away for a shorter or longer time, the interval of the difference leaves
 * out 0, and of pairs the test that swaps them agrees: it is exact where the bootstrap is a little rash with few. `alike`: the whole interval is smaller than what would matter. `undecided`: not enough trials.
 */
export type VerdictWord = 'better' | 'worse' | 'alike' | 'undecided';

export interface ComparisonVerdict {
  readonly word: VerdictWord;
  /** A difference smaller than this is taken for none: a fifth of the first arm's time, at least one sample. */
  readonly marginMs: number;
  /** Trials per arm that are missing to show, with a power of 80 %, a difference as large as the one seen or as the margin. */
  readonly moreTrials: number | null;
}

/** With five pairs no exact test reaches 5 %, however they end: 2 / 2^5 is 0.06. */
const FEWEST = 6;
const ALPHA = 0.05;
const POWER = 0.8;
const MARGIN = 0.2;

/**
 * One criterion decides, so that there is one chance to err: the time without the goal within tau, which counts both
 * who came back and how fast. Rates and log-rank stand beside it and explain.
 *
 * @param count trials per arm, or pairs
 */
export function verdictOf(times: TimeComparison | undefined, count: number): ComparisonVerdict {
  const marginMs = Math.max(SAMPLING_MS, MARGIN * (times?.first.ms ?? 0));
  if (times === undefined || count < FEWEST) {
    return {
      word: 'undecided',
      marginMs,
      moreTrials: Math.max(FEWEST - count, missing(times, count, marginMs)),
    };
  }
  const { low, high } = times.interval;
  const isShown = times.p === null || times.p <= ALPHA;
  if (low > 0 && isShown) return { word: 'worse', marginMs, moreTrials: null };
  if (high < 0 && isShown) return { word: 'better', marginMs, moreTrials: null };
  if (low >= -marginMs && high <= marginMs) return { word: 'alike', marginMs, moreTrials: null };
  return { word: 'undecided', marginMs, moreTrials: Math.max(1, missing(times, count, marginMs)) };
}

/** The standard error falls with the root of the trials; 2.8 of it are needed (1.96 + 0.84). */
function missing(times: TimeComparison | undefined, count: number, marginMs: number): number {
  if (times === undefined) return 0;
  const wantedMs = Math.max(Math.abs(times.differenceMs), marginMs);
  const needed = count * (((reach(0.95) + reach(2 * POWER - 1)) * times.standardErrorMs) / wantedMs) ** 2;
  return Math.ceil(needed) - count;
}
