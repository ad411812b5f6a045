import type { Outcome, TrialStatus, VoidCause } from '@ordeal/core';
import { backoffMs } from './backoff.ts';
import type { Campaign, ExecutionResult, Trial, TrialRecord } from './rows.ts';

/** A trial may lose its worker or guard this often; the tenth loss ends it. Losses are cheap to repeat and rarely the trial's fault. */
export const LOSS_BUDGET = 10;

/** What an execution's end makes of its trial. */
export interface Decision {
  readonly status: TrialStatus;
  readonly outcome: Outcome | null;
  readonly voidCause: VoidCause | null;
  readonly error: string | null;
  readonly record: TrialRecord | null;
  readonly failures: number;
  readonly losses: number;
  /** Until the trial may be claimed again; null: it has ended. */
  readonly retryInMs: number | null;
  /**
   * `held`: taken until the instance is removed and has rested. `reserved`: free for the trial's own next
   * execution only, for a while; otherwise a lost trial would stand behind all those that have not run yet.
   */
  readonly slot: 'free' | 'held' | 'reserved';
}

/** The table "How an execution ends", as a function; pure. */
export function decideEnd(campaign: Campaign, trial: Trial, result: ExecutionResult): Decision {
  const brought = {
    outcome: null,
    voidCause: null,
    error: 'error' in result ? result.error : trial.error,
    record: null,
    failures: trial.failures,
    losses: trial.losses,
  };
  const again = (retryInMs: number) => ({ ...brought, status: 'pending', retryInMs }) as const;
  const over = { ...brought, retryInMs: null };

  switch (result.end) {
    case 'result':
      return {
        ...over,
        status: 'completed',
        outcome: result.outcome,
        record: result.record,
        error: null,
        slot: 'held',
      };
    case 'void':
    case 'error': {
      const failures = trial.failures + 1;
      if (campaign.status === 'cancelled') return { ...over, failures, status: 'cancelled', slot: 'held' };
      if (failures < campaign.attempts) {
        return { ...again(backoffMs(campaign, trial, failures)), failures, slot: 'held' };
      }
      const isVoid = result.end === 'void';
      return {
        ...over,
        failures,
        status: 'failed',
        outcome: isVoid ? 'void' : null,
        voidCause: isVoid ? result.voidCause : null,
        record: result.record,
        slot: 'held',
      };
    }
    case 'lost': {
      const losses = trial.losses + 1;
      if (campaign.status === 'cancelled') return { ...over, losses, status: 'cancelled', slot: 'free' };
      if (losses < LOSS_BUDGET) return { ...again(0), losses, slot: 'reserved' };
      return { ...over, losses, status: 'failed', slot: 'free' };
    }
    case 'given_back':
      if (campaign.status === 'cancelled') return { ...over, status: 'cancelled', slot: 'free' };
      return { ...again(0), slot: 'free' };
    case 'cancelled':
      return { ...over, status: 'cancelled', slot: 'free' };
  }
}
