import { type Imbalance, imbalance } from '../rates/imbalance.ts';
import { type Rate, rateOf } from '../rates/wilson.ts';
import type { RecordedTrial } from '../recorded-trial.ts';

/** How much of one arm brought no evidence at first or at all. */
export interface ArmEvidence {
  readonly arm: string;
  /** Executions void or in error, of all trials. */
  readonly withoutResult: number;
  /** Executions whose worker or guard was lost. */
  readonly lost: number;
  /** Trials with at least one such execution, of those that ended. */
  readonly trialsWithoutResult: Rate;
  readonly trialsWithLoss: Rate;
}

/**
 * Whether evidence is missing alike in all arms. Where one arm loses more of it, what is left of that arm is not a fair
 * draw, and its figures flatter or slander it. Tested over trials: executions of one trial are not independent.
 */
export interface EvidenceBalance {
  readonly arms: readonly ArmEvidence[];
  /** Null: one arm only, or nothing to compare. */
  readonly withoutResult: Imbalance | null;
  readonly lost: Imbalance | null;
}

/** By arm; baselines are left out, nobody compares with those. */
export function evidenceBalance(trials: Iterable<RecordedTrial>): EvidenceBalance {
  const sums = new Map<string, Sums>();
  for (const { arm, baseline, status, failures, losses } of trials) {
    if (baseline || (status !== 'completed' && status !== 'failed')) continue;
    const sum = sums.get(arm) ?? { ended: 0, withoutResult: 0, lost: 0, failing: 0, losing: 0 };
    sums.set(arm, sum);
    sum.ended += 1;
    sum.withoutResult += failures;
    sum.lost += losses;
    if (failures > 0) sum.failing += 1;
    if (losses > 0) sum.losing += 1;
  }
  const arms = [...sums].map(([arm, { ended, withoutResult, lost, failing, losing }]) => ({
    arm,
    withoutResult,
    lost,
    trialsWithoutResult: rateOf(failing, ended),
    trialsWithLoss: rateOf(losing, ended),
  }));
  return {
    arms,
    withoutResult: imbalance(arms.map((arm) => arm.trialsWithoutResult)) ?? null,
    lost: imbalance(arms.map((arm) => arm.trialsWithLoss)) ?? null,
  };
}

interface Sums {
  ended: number;
  withoutResult: number;
  lost: number;
  failing: number;
  losing: number;
}
