import type { Interval } from '../interval.ts';
import { imbalance } from '../rates/imbalance.ts';
import { mcnemarExact } from '../rates/mcnemar.ts';
import { type PairCounts, pairedRateDifference, unpairedRateDifference } from '../rates/rate-difference.ts';
import { type Rate, rateOf } from '../rates/wilson.ts';
import type { CensoredTime } from '../survival/censored-time.ts';
import type { Matched, MatchedCell } from './match-trials.ts';

/** How many had their goal by tau: never lost it, or got it back. */
export interface RateComparison {
  readonly first: Rate;
  readonly second: Rate;
  /** Second minus first; null where nothing can be said. */
  readonly difference: number | null;
  readonly interval: Interval | null;
  readonly p: number | null;
  readonly method: 'mcnemar-exact' | 'fisher-exact' | 'chi-square';
  /** Only of pairs. */
  readonly pairs: PairCounts | null;
}

/** Trials that were not watched until tau, and not back by then, are not counted: nobody knows. */
export function compareRates({ paired, cells, tauMs }: Matched): RateComparison {
  return paired ? ofPairs(cells, tauMs) : ofIndependent(cells, tauMs);
}

function ofPairs(cells: readonly MatchedCell[], tauMs: number): RateComparison {
  const pairs = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  for (const { first, second } of cells) {
    for (const [index, time] of first.entries()) {
      const one = backBy(time, tauMs);
      const two = backBy(second[index], tauMs);
      if (one === undefined || two === undefined) continue;
      if (one && two) pairs.both += 1;
      else if (one) pairs.onlyFirst += 1;
      else if (two) pairs.onlySecond += 1;
      else pairs.neither += 1;
    }
  }
  const of = pairs.both + pairs.onlyFirst + pairs.onlySecond + pairs.neither;
  return {
    first: rateOf(pairs.both + pairs.onlyFirst, of),
    second: rateOf(pairs.both + pairs.onlySecond, of),
    ...(of === 0 ? NOTHING : { ...pairedRateDifference(pairs), p: mcnemarExact(pairs) }),
    method: 'mcnemar-exact',
    pairs,
  };
}

function ofIndependent(cells: readonly MatchedCell[], tauMs: number): RateComparison {
  const strata = cells
    .map((cell) => ({ first: countBack(cell.first, tauMs), second: countBack(cell.second, tauMs) }))
    .filter(({ first, second }) => first.of > 0 && second.of > 0);
  const [first, second] = (['first', 'second'] as const).map((side) =>
    rateOf(
      strata.reduce((sum, stratum) => sum + stratum[side].count, 0),
      strata.reduce((sum, stratum) => sum + stratum[side].of, 0),
    ),
  ) as [Rate, Rate];
  const test = imbalance([first, second]);
  return {
    first,
    second,
    ...(strata.length === 0 ? NOTHING : { ...weightedDifference(strata), p: test?.p ?? null }),
    method: test?.method === 'chi-square' ? 'chi-square' : 'fisher-exact',
    pairs: null,
  };
}

const NOTHING = { difference: null, interval: null, p: null };

type Counted = { readonly count: number; readonly of: number };

/**
 * Each cell's difference with the cell's share of all trials, so that arms with another mix of cells are compared
 * fairly; the interval by adding up squared distances (Zou and Donner 2008, Statistics in Medicine 27:1693). Of
 * a single cell, or of cells with the same mix on both sides, it is Newcombe's interval.
 */
function weightedDifference(strata: readonly { first: Counted; second: Counted }[]) {
  const all = strata.reduce((sum, { first, second }) => sum + first.of + second.of, 0);
  const mixed = strata.some(({ first, second }) => first.of !== second.of);
  const parts = mixed ? strata : [sumOf(strata)];
  let difference = 0;
  let below = 0;
  let above = 0;
  for (const { first, second } of parts) {
    const weight = (first.of + second.of) / all;
    const own = unpairedRateDifference(first, second);
    difference += weight * own.difference;
    below += (weight * (own.difference - own.interval.low)) ** 2;
    above += (weight * (own.interval.high - own.difference)) ** 2;
  }
  return {
    difference,
    interval: { low: difference - Math.sqrt(below), high: difference + Math.sqrt(above) },
  };
}

function sumOf(strata: readonly { first: Counted; second: Counted }[]) {
  return strata.reduce((sum, { first, second }) => ({
    first: { count: sum.first.count + first.count, of: sum.first.of + first.of },
    second: { count: sum.second.count + second.count, of: sum.second.of + second.of },
  }));
}

function countBack(times: readonly CensoredTime[], tauMs: number): Counted {
  const known = times.map((time) => backBy(time, tauMs)).filter((back) => back !== undefined);
  return { count: known.filter(Boolean).length, of: known.length };
}

function backBy(time: CensoredTime | undefined, tauMs: number): boolean | undefined {
  if (time === undefined || (time.censored && time.ms < tauMs)) return undefined;
  return !time.censored && time.ms <= tauMs;
}
