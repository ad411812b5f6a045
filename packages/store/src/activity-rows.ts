import type { InjectionState, JsonObject, Outcome, Phase, TrialStatus } from '@ordeal/core';
import type { ExecutionRef } from './rows.ts';

/** What goes on in a campaign right now. Spans in milliseconds by the database's clock; instants for display. */
export interface CampaignActivity {
  /** In order of their trials. */
  readonly live: readonly LiveExecution[];
  /** The one that is free first comes first. */
  readonly resting: readonly RestingSlot[];
  /** Lost lately, the oldest first. */
  readonly lost: readonly LostExecution[];
  readonly backoff: {
    readonly count: number;
    /** The first few, the next one first. */
    readonly next: readonly BackoffTrial[];
  };
}

/** As its worker said with the last beat. */
export interface LiveExecution extends ExecutionRef {
  readonly key: string;
  readonly baseline: boolean;
  readonly workerId: string;
  readonly place: string;
  readonly phase: Phase;
  readonly phaseMs: number;
  readonly startedAt: Date;
  readonly lastBeatAt: Date;
  readonly silentMs: number;
}

/** A slot of an ended execution that nobody may use yet. */
export interface RestingSlot {
  readonly key: string;
  readonly workerId: string;
  /** The instance is still being removed, and the rest has not begun. */
  readonly removing: boolean;
  readonly freeInMs: number;
}

export interface LostExecution extends ExecutionRef {
  readonly key: string;
  readonly workerId: string;
  readonly place: string;
  readonly error: string | null;
  readonly lastBeatAt: Date;
  readonly endedAt: Date;
  readonly trialStatus: TrialStatus;
  readonly trialOutcome: Outcome | null;
  /** The newest execution of the trial, when there is a newer one. */
  readonly newestExecution: number | null;
  readonly newestWorkerId: string | null;
  readonly injections: readonly LostInjection[];
}

/** A fault of a lost execution. `evidence` is kept per state, as in the ledger. */
export interface LostInjection {
  readonly type: string;
  readonly state: InjectionState;
  readonly evidence: JsonObject;
  /** ISO 8601. */
  readonly verifiedAt: string | null;
}

/** A trial that failed and runs again later. */
export interface BackoffTrial {
  readonly key: string;
  readonly failures: number;
  readonly againInMs: number;
  readonly error: string | null;
}
