import { longestBackoffMs } from './backoff.ts';
import type { Campaign, Claim, Trial } from './rows.ts';
import { slotUse, type TakenSlot } from './slots.ts';

/** How long a job of a paused campaign should stay away; the queue is paused too, so this is rare. */
const PAUSED_WAIT_MS = 1_000;

export interface ClaimableTrial extends Trial {
  /** Until its backoff is over, by the database's clock; 0 or less: it is. */
  readonly backoffMs: number;
}

/** Why the trial cannot run whatever else is going on; undefined when it may. Pure, like the other. */
export function refuseByStatus(campaign: Campaign, trial: Trial, reopenFailed: boolean): Claim | undefined {
  if (trial.status === 'completed' || trial.status === 'cancelled') {
    return { kind: 'over', status: trial.status, error: trial.error };
  }
  if (trial.status === 'failed' && !reopenFailed)
    return { kind: 'over', status: 'failed', error: trial.error };
  if (trial.status === 'running') return { kind: 'busy' };
  if (campaign.status === 'paused') return { kind: 'wait', waitMs: PAUSED_WAIT_MS, reason: 'paused' };
  return undefined;
}

/** Whether a pending trial can start now, by its backoff and by the slots that are taken. */
export function decideClaim(
  campaign: Campaign,
  { backoffMs, ...trial }: ClaimableTrial,
  taken: readonly TakenSlot[],
): Claim {
  if (backoffMs > 0 && backoffMs <= longestBackoffMs(campaign, trial.failures)) {
    return { kind: 'wait', waitMs: backoffMs, reason: 'backoff' };
  }
  const { live, resting, restMs } = slotUse(taken, trial.id);
  if (live >= campaign.parallel) return { kind: 'busy' };
  if (live + resting >= campaign.parallel) {
    return { kind: 'wait', waitMs: Math.max(restMs, 1), reason: 'resting' };
  }
  const execution = trial.execution + 1;
  return {
    kind: 'claimed',
    campaign: { ...campaign, status: 'running', finishedAt: null },
    trial: { ...trial, status: 'running', execution, retryAt: null },
    execution,
  };
}
