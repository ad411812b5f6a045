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
  /** The slot stays taken until the instance is removed and has rested. */
  readonly holdsSlot: boolean;
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
        holdsSlot: true,
      };
    case 'void':
    case 'error': {
      const failures = trial.failures + 1;
      if (campaign.status === 'cancelled') return { ...over, failures, status: 'cancelled', holdsSlot: true };
      if (failures < campaign.attempts) {
        return { ...again(backoffMs(campaign, trial, failures)), failures, holdsSlot: true };
      }
      const isVoid = result.end === 'void';
      return {
        ...over,
        failures,
        status: 'failed',
        outcome: isVoid ? 'void' : null,
        voidCause: isVoid ? result.voidCause : null,
        record: result.record,
        holdsSlot: true,
      };
    }
    case 'lost': {
      const losses = trial.losses + 1;
      if (campaign.status === 'cancelled') return { ...over, losses, status: 'cancelled', holdsSlot: false };
      if (losses < LOSS_BUDGET) return { ...again(0), losses, holdsSlot: false };
      return { ...over, losses, status: 'failed', holdsSlot: false };
    }
    case 'given_back':
      if (campaign.status === 'cancelled') return { ...over, status: 'cancelled', holdsSlot: false };
      return { ...again(0), holdsSlot: false };
    case 'cancelled':
      return { ...over, status: 'cancelled', holdsSlot: false };
  }
}
