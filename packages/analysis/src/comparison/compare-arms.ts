import { type Imbalance, imbalance } from '../rates/imbalance.ts';
import { type LogRank, logRank } from '../survival/log-rank.ts';
import { compareRates, type RateComparison } from './compare-rates.ts';
import { compareTimes, type TimeComparison } from './compare-times.ts';
import { type ComparedSide, type Matched, matchTrials } from './match-trials.ts';
import { type ComparisonVerdict, verdictOf } from './verdict.ts';

export interface Comparison {
  readonly first: string;
  readonly second: string;
  readonly paired: boolean;
  /** Pairs, or trials with evidence of the smaller side. */
  readonly count: number;
  /** Trials with evidence, by side. */
  readonly trials: { readonly first: number; readonly second: number };
  readonly tauMs: number;
  readonly rates: RateComparison;
  /** Null with fewer than two trials on a side. */
  readonly times: TimeComparison | null;
  /** Stratified by cell; null when it can say nothing. */
  readonly logRank: LogRank | null;
  readonly verdict: ComparisonVerdict;
  readonly unmatched: number;
  readonly withoutEvidence: Matched['withoutEvidence'];
  /** Whether evidence is missing alike on both sides. */
  readonly balance: Imbalance | null;
  readonly leftOut: Matched['leftOut'];
}

/**
 * Compares the second side with the first: in pairs where both have the same seed, because then trial k of each cell
 * met the same target and parameters; else as independent trials.
 *
 * @example
 * const { verdict } = compareArms(
 *   { label: 'none', seed: 7, trials: without },
 *   { label: 'my-operator', seed: 7, trials: withOperator },
 * );
 */
export function compareArms(first: ComparedSide, second: ComparedSide): Comparison {
  const matched = matchTrials(first, second);
  const { paired, cells, tauMs, unmatched, withoutEvidence, leftOut } = matched;
  const trials = {
    first: cells.reduce((sum, cell) => sum + cell.first.length, 0),
    second: cells.reduce((sum, cell) => sum + cell.second.length, 0),
  };
  const count = Math.min(trials.first, trials.second);
  const times = compareTimes(matched, first.seed);
  return {
    first: first.label,
    second: second.label,
    paired,
    count,
    trials,
    tauMs: Number.isFinite(tauMs) ? tauMs : 0,
    rates: compareRates(matched),
    times: times ?? null,
    logRank: logRank(cells) ?? null,
    verdict: verdictOf(times, count),
    unmatched,
    withoutEvidence,
    balance: imbalance([withoutEvidence.first, withoutEvidence.second]) ?? null,
    leftOut,
  };
}
