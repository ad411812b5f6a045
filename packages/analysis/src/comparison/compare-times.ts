import { createRandom } from '@ordeal/core';
import { quantileSorted, standardDeviation } from 'simple-statistics';
import { normalBelow, studentQuantile } from '../distributions/normal.ts';
import { CONFIDENCE, type Interval } from '../interval.ts';
import type { CensoredTime } from '../survival/censored-time.ts';
import { kaplanMeier } from '../survival/kaplan-meier.ts';
import { type RestrictedMean, restrictedMean } from '../survival/restricted-mean.ts';
import type { Matched, MatchedCell } from './match-trials.ts';

/** How long the goal was away, of which no more than tau is counted. */
export interface TimeComparison {
  readonly first: RestrictedMean;
  readonly second: RestrictedMean;
  /** Second minus first: above 0, the second is slower. */
  readonly differenceMs: number;
  readonly standardErrorMs: number;
  readonly interval: Interval;
  readonly method: 'bootstrap-over-pairs' | 'variance';
}

/** Fewer: the ends of the interval are less steady. More: it takes longer. */
const RESAMPLES = 2_000;

/** @returns undefined with fewer than two trials on a side: there is no spread to be seen */
export function compareTimes(matched: Matched, seed: number): TimeComparison | undefined {
  const { paired, cells, tauMs } = matched;
  const first = cells.flatMap((cell) => cell.first);
  const second = cells.flatMap((cell) => cell.second);
  if (first.length < 2 || second.length < 2) return undefined;
  const means = {
    first: restrictedMean(kaplanMeier(first), tauMs),
    second: restrictedMean(kaplanMeier(second), tauMs),
  };
  return paired
    ? { ...means, ...overPairs(first, second, tauMs, seed), method: 'bootstrap-over-pairs' }
    : { ...means, ...byVariance(cells, tauMs), method: 'variance' };
}

/**
 * The percentile bootstrap (Efron) over pairs, seeded, its ends moved outwards as Hesterberg (2015, The American
 * Statistician 69:371) does: as it stands it is too narrow for few pairs.
 */
function overPairs(
  first: readonly CensoredTime[],
  second: readonly CensoredTime[],
  tauMs: number,
  seed: number,
) {
  const differenceOf = differenceOfPairs(first, second, tauMs);
  const count = first.length;
  const random = createRandom(seed, 'bootstrap over pairs');
  const drawn = Array.from({ length: RESAMPLES }, () =>
    differenceOf(Array.from({ length: count }, () => Math.floor(random() * count))),
  ).sort((a, b) => a - b);
  const t = studentQuantile(1 - (1 - CONFIDENCE) / 2, count - 1);
  const tail = normalBelow(-t * Math.sqrt(count / (count - 1)));
  return {
    differenceMs: differenceOf([...first.keys()]),
    standardErrorMs: standardDeviation(drawn) * Math.sqrt(count / (count - 1)),
    interval: { low: quantileSorted(drawn, tail), high: quantileSorted(drawn, 1 - tail) },
  };
}

/** Of the pairs at some places. Where all were watched to tau, a restricted mean is a mean; else it takes the curve. */
function differenceOfPairs(
  first: readonly CensoredTime[],
  second: readonly CensoredTime[],
  tauMs: number,
): (places: readonly number[]) => number {
  const cutShort = [...first, ...second].some(({ ms, censored }) => censored && ms < tauMs);
  if (cutShort) {
    const meanOf = (times: readonly CensoredTime[], places: readonly number[]): number =>
      restrictedMean(kaplanMeier(places.flatMap((place) => times[place] ?? [])), tauMs).ms;
    return (places) => meanOf(second, places) - meanOf(first, places);
  }
  const differences = first.map(
    ({ ms }, place) => Math.min(second[place]?.ms ?? ms, tauMs) - Math.min(ms, tauMs),
  );
  return (places) => places.reduce((sum, place) => sum + (differences[place] ?? 0), 0) / places.length;
}

/**
 * By the variance of the two restricted means, with Student's quantile because trials are few. Where the arms have
 * another mix of cells, each cell counts with its share of all trials.
 */
function byVariance(cells: readonly MatchedCell[], tauMs: number) {
  const shared = cells.filter(({ first, second }) => first.length > 0 && second.length > 0);
  const mixed = shared.some(({ first, second }) => first.length !== second.length);
  const parts = mixed ? shared : [sumOf(shared)];
  const all = parts.reduce((sum, { first, second }) => sum + first.length + second.length, 0);
  let differenceMs = 0;
  let variance = 0;
  for (const { first, second } of parts) {
    const weight = (first.length + second.length) / all;
    const [one, two] = [first, second].map((times) => restrictedMean(kaplanMeier(times), tauMs)) as [
      RestrictedMean,
      RestrictedMean,
    ];
    differenceMs += weight * (two.ms - one.ms);
    variance += weight ** 2 * (sampleVariance(one, first.length) + sampleVariance(two, second.length));
  }
  const standardErrorMs = Math.sqrt(variance);
  const spread =
    standardErrorMs * studentQuantile(1 - (1 - CONFIDENCE) / 2, Math.max(1, all - 2 * parts.length));
  return {
    differenceMs,
    standardErrorMs,
    interval: { low: differenceMs - spread, high: differenceMs + spread },
  };
}

/** Greenwood's formula divides by n where a sample variance divides by n - 1. */
function sampleVariance({ standardError }: RestrictedMean, count: number): number {
  return (standardError ** 2 * count) / Math.max(1, count - 1);
}

function sumOf(cells: readonly MatchedCell[]): Pick<MatchedCell, 'first' | 'second'> {
  return {
    first: cells.flatMap(({ first }) => first),
    second: cells.flatMap(({ second }) => second),
  };
}
