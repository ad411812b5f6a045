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
  /** Of the test that swaps the sides of pairs; null where there are none. */
  readonly p: number | null;
  readonly method: 'bootstrap-over-pairs' | 'variance';
}

/** Fewer: the ends of the interval are less steady. More: it takes longer. */
const RESAMPLES = 2_000;
/** Up to so many pairs all ways to swap them are gone through, 4,096 at most. */
const MOST_EXACT = 12;

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
  const places = new Uint32Array(count);
  const drawn = resampled(() => differenceOf(redraw(places, () => Math.floor(random() * count)))).sort(
    (a, b) => a - b,
  );
  const t = studentQuantile(1 - (1 - CONFIDENCE) / 2, count - 1);
  const tail = normalBelow(-t * Math.sqrt(count / (count - 1)));
  return {
    differenceMs: differenceOf(inOrder(count)),
    standardErrorMs: standardDeviation(drawn) * Math.sqrt(count / (count - 1)),
    interval: { low: quantileSorted(drawn, tail), high: quantileSorted(drawn, 1 - tail) },
    p: swapTest(differenceOf, count, seed),
  };
}

/**
 * Fisher's randomization test for pairs: were the arms alike, either trial of a pair might have been the other arm's, so
 * each way to swap them was as likely as the one seen (Fisher 1935, The Design of Experiments, 21). Exact for few
 * pairs; for more, over ways drawn with the seed, with the one seen among them (Phipson and Smyth 2010).
 */
function swapTest(differenceOf: DifferenceOfPairs, count: number, seed: number): number {
  const places = inOrder(count);
  const swapped = new Uint32Array(count);
  // What differs from the one seen by rounding alone is as far away as that.
  const seen = Math.abs(differenceOf(places)) * (1 - 1e-9);
  const isAsFar = (draw: (place: number) => number): boolean =>
    Math.abs(differenceOf(places, redraw(swapped, draw))) >= seen;
  if (count <= MOST_EXACT) {
    const ways = Array.from({ length: 2 ** count }, (_, way) => isAsFar((place) => (way >> place) & 1));
    return ways.filter(Boolean).length / ways.length;
  }
  const random = createRandom(seed, 'swaps of pairs');
  const found = resampled(() => isAsFar(() => (random() < 0.5 ? 1 : 0))).filter(Boolean).length;
  return (found + 1) / (RESAMPLES + 1);
}

function resampled<T>(draw: () => T): T[] {
  return Array.from({ length: RESAMPLES }, draw);
}

/** The same array for all draws: with new ones twenty thousand pairs take a minute. */
function redraw(array: Uint32Array, draw: (place: number) => number): Uint32Array {
  for (let place = 0; place < array.length; place += 1) array[place] = draw(place);
  return array;
}

function inOrder(count: number): Uint32Array {
  return redraw(new Uint32Array(count), (place) => place);
}

/** Second minus first, of the pairs at some places; where `swapped` is 1, with their sides swapped. */
type DifferenceOfPairs = (places: Uint32Array, swapped?: Uint32Array) => number;

/** Where all were watched to tau, a restricted mean is a mean; else it takes the curve. */
function differenceOfPairs(
  first: readonly CensoredTime[],
  second: readonly CensoredTime[],
  tauMs: number,
): DifferenceOfPairs {
  const cutShort = [...first, ...second].some(({ ms, censored }) => censored && ms < tauMs);
  if (cutShort) {
    const meanOf = (times: readonly (CensoredTime | undefined)[]): number =>
      restrictedMean(kaplanMeier(times.filter((time) => time !== undefined)), tauMs).ms;
    return (places, swapped) => {
      const side = (own: readonly CensoredTime[], other: readonly CensoredTime[]): number =>
        meanOf(Array.from(places, (place, index) => (swapped?.[index] ? other : own)[place]));
      return side(second, first) - side(first, second);
    };
  }
  const differences = Float64Array.from(
    first,
    ({ ms }, place) => Math.min(second[place]?.ms ?? ms, tauMs) - Math.min(ms, tauMs),
  );
  return (places, swapped) => {
    let sum = 0;
    for (let index = 0; index < places.length; index += 1) {
      const difference = differences[places[index] ?? 0] ?? 0;
      sum += swapped?.[index] ? -difference : difference;
    }
    return sum / places.length;
  };
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
    p: null,
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
