import type {
  Availability,
  CampaignStatus,
  ExecutionEnd,
  FaultPlan,
  Goal,
  InjectionState,
  Json,
  JsonObject,
  OperatorRecord,
  Outcome,
  Phase,
  RuntimeName,
  TrialStatus,
  VoidCause,
  WritesCheck,
} from '@ordeal/core';

/** What the store hands out: rows in the words of the product. Ids are decimal strings (bigint in Postgres). */

/** What a campaign's rows need to know of its file; the whole resolved config is kept beside it. */
export interface NewCampaign {
  readonly name: string;
  readonly seed: number;
  readonly parallel: number;
  readonly cooldownSeconds: number;
  readonly attempts: number;
  readonly backoffSeconds: number;
  readonly operator: string;
  /** Everyone who is to repair in one of its trials; absent: the one operator. */
  readonly operators?: readonly string[];
  /** Resolved, JSON-safe. */
  readonly config: JsonObject;
  /** The file as it was written. */
  readonly source: string;
}

export interface NewTrial {
  readonly position: number;
  readonly key: string;
  readonly cell: string;
  readonly subject: string;
  readonly chaosType: string;
  readonly chaosParams: JsonObject;
  readonly target: string;
  readonly durationSeconds: number | null;
  readonly trialIndex: number;
  readonly baseline: boolean;
  readonly arm: string;
  readonly runtime: RuntimeName;
  readonly goal: Goal;
  readonly timing: TrialTiming;
}

/** Per trial, because a baseline takes the longest hold and horizon of its subject's cells. */
export interface TrialTiming {
  readonly timeoutSeconds: number;
  readonly holdSeconds: number;
  readonly settleSeconds: number;
  readonly recoverySeconds: number;
  readonly horizonSeconds: number;
}

export interface Campaign extends Omit<NewCampaign, 'operators'> {
  readonly id: string;
  readonly status: CampaignStatus;
  readonly trialCount: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** Both null unless it is paused. */
  readonly pausedAt: Date | null;
  readonly pausedBy: string | null;
  /** What a worker must offer to take this campaign: `subject/runtime/fault`, `operator/name`, sorted. */
  readonly needs: readonly string[];
}

export interface Trial extends NewTrial {
  readonly id: string;
  readonly campaignId: string;
  readonly status: TrialStatus;
  readonly outcome: Outcome | null;
  readonly voidCause: VoidCause | null;
  /** Number of the newest execution; 0 before the first. */
  readonly execution: number;
  /** Raised by a retry: part of the job's id, because BullMQ keeps ids of failed jobs. */
  readonly generation: number;
  /** Executions that ended void or in error since the trial was (re)opened. */
  readonly failures: number;
  /** Executions lost since the trial was (re)opened. */
  readonly losses: number;
  readonly retryAt: Date | null;
  readonly slotFreeAt: Date | null;
  readonly error: string | null;
  /** The record of the execution that counted; null before. */
  readonly record: TrialRecord | null;
  readonly endedAt: Date | null;
}

/** What one execution measured. Times in ms since zero on the guard's clock; null: it did not happen. */
export interface TrialRecord {
  /** The wall clock at zero, ISO 8601, for display. */
  readonly zeroAt: string;
  readonly appliedMs: number | null;
  readonly activeMs: number | null;
  readonly impairedMs: number | null;
  readonly servingAgainMs: number | null;
  readonly degradedMs: number | null;
  readonly wholeAgainMs: number | null;
  /** The goal's own break and return. */
  readonly brokeMs: number | null;
  readonly resolvedMs: number | null;
  /** How long the goal was watched under the fault: the censoring time of an unresolved trial. */
  readonly observedMs: number;
  /** From here on the undo was under way: what came back may be its doing. */
  readonly undoingMs: number | null;
  readonly undoneMs: number | null;
  readonly goneMs: number | null;
  /** Whole again after the undo: false is a finding of its own. */
  readonly wholeAfterUndo: boolean | null;
  /** The return came after our own lift (`duration_seconds`), not during the fault. */
  readonly afterLift: boolean;
  /** Who ended the fault before we undid it: `operator`, `restart`, `itself`, `unknown`; null: we did. */
  readonly faultClearedBy: string | null;
  readonly findings: readonly string[];
  readonly initialState: JsonObject | null;
  readonly finalState: JsonObject | null;
  /** Plan, evidence, mechanism of the fault. */
  readonly chaosMetadata: JsonObject | null;
  /** Absent: no operator was asked to repair. */
  readonly operator?: OperatorRecord;
  /** Absent: the subject has no load, or an older version recorded the trial. */
  readonly availability?: Availability;
  readonly writes?: WritesCheck;
}

export interface Execution {
  readonly trialId: string;
  readonly execution: number;
  readonly workerId: string;
  readonly place: string;
  readonly beats: number;
  readonly end: ExecutionEnd | null;
  readonly outcome: Outcome | null;
  readonly voidCause: VoidCause | null;
  readonly error: string | null;
  readonly record: TrialRecord | null;
  /** What was written after the end was decided: evidence that changed nothing. */
  readonly late: readonly Json[] | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** Names the execution that writes. Every write of a result is conditional on it. */
export interface ExecutionRef {
  readonly trialId: string;
  readonly execution: number;
}

/** What a worker says with its beat about one of its executions. */
export interface BeatingExecution extends ExecutionRef {
  /** Left out: as said before. */
  readonly phase?: Phase;
  /** How long it has been in that phase, on the worker's monotonic clock. */
  readonly phaseMs?: number;
}

/** What a beat is answered. */
export interface BeatAnswer {
  /** Those that are still the worker's own. */
  readonly owned: ExecutionRef[];
  /** Of these, those whose campaign was cancelled. */
  readonly cancelled: ExecutionRef[];
  /** Of these, those that are to be given back, because their campaign was paused so. */
  readonly paused: ExecutionRef[];
}

export type Claim =
  | {
      readonly kind: 'claimed';
      readonly campaign: Campaign;
      readonly trial: Trial;
      readonly execution: number;
    }
  /** `parallel` executions live already, or this very trial has one: come back in a second. */
  | { readonly kind: 'busy' }
  /** A slot rests, or a backoff is not over: come back after `waitMs`. */
  | { readonly kind: 'wait'; readonly waitMs: number; readonly reason: 'resting' | 'backoff' | 'paused' }
  /** Terminal, cancelled or unknown: nothing to run for this job, ever. `failed` says that the job should stand as failed. */
  | { readonly kind: 'over'; readonly status: TrialStatus | 'unknown'; readonly error: string | null };

/** How an execution ends, with what it brings. */
export type ExecutionResult =
  | { readonly end: 'result'; readonly outcome: Exclude<Outcome, 'void'>; readonly record: TrialRecord }
  | {
      readonly end: 'void';
      readonly voidCause: VoidCause;
      readonly error: string;
      readonly record: TrialRecord | null;
    }
  | { readonly end: 'error'; readonly error: string; readonly record: TrialRecord | null }
  | { readonly end: 'given_back' }
  | { readonly end: 'lost'; readonly error: string }
  | { readonly end: 'cancelled' };

/** What became of the trial. `stale`: somebody newer owns it; what was brought is kept as evidence. */
export type Ended =
  | { readonly kind: 'stale' }
  | {
      readonly kind: 'ended';
      readonly trialStatus: TrialStatus;
      readonly retryInMs: number | null;
      readonly error: string | null;
    };

export interface Injection {
  readonly id: string;
  readonly trialId: string;
  readonly execution: number;
  readonly place: string;
  readonly plan: FaultPlan;
  readonly state: InjectionState;
  readonly evidence: Json;
  readonly plannedAt: Date;
  readonly verifiedAt: Date | null;
}

/** A line of a trial's timeline. */
export interface TrialEvent {
  readonly trialId: string;
  readonly execution: number;
  /** Ms since zero; negative before it; null when zero was never reached. */
  readonly sinceZeroMs: number | null;
  readonly at: Date;
  readonly kind: string;
  readonly data: JsonObject;
}

/** How far a campaign is: trials by status, and failures by their end. */
export interface Progress {
  readonly total: number;
  readonly pending: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}
