/** The words of the product as types. Code, command line, database and pages use these and no others. */

export const CAMPAIGN_STATUSES = ['pending', 'running', 'paused', 'finished', 'cancelled'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

export const TRIAL_STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;
export type TrialStatus = (typeof TRIAL_STATUSES)[number];

/**
 * What a trial found.
 * `resolved`: the goal broke and came back. `unaffected`: the fault was active and the goal never broke within
 * the horizon. `unresolved`: censored at the time-out. `void`: no evidence, with a cause.
 * Baselines: `quiet` or `false_alarm`.
 */
export const OUTCOMES = ['resolved', 'unaffected', 'unresolved', 'void', 'quiet', 'false_alarm'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How one execution ended; what follows for the trial is decided by the store (`endExecution`). */
export const EXECUTION_ENDS = ['result', 'void', 'error', 'lost', 'given_back', 'cancelled'] as const;
export type ExecutionEnd = (typeof EXECUTION_ENDS)[number];

/**
 * Where a live execution is on its way, for whoever looks at it from outside. A trial whose fault was lifted early
 * is `recovering`; a baseline is `under_fault` while it is watched, though nothing was applied.
 */
export const PHASES = [
  'starting',
  'settling',
  'injecting',
  'under_fault',
  'undoing',
  'recovering',
  'removing',
] as const;
export type Phase = (typeof PHASES)[number];

/** Why an execution proved nothing: evidence from before the fault was active, or from the harness. */
export const VOID_CAUSES = ['never_steady', 'fault_not_active', 'instance_lost'] as const;
export type VoidCause = (typeof VOID_CAUSES)[number];

/**
 * A ledger row's life. `planned` is committed before the fault may act; `unproven`: no probe could show the fault
 * gone, and it is `gone` only once its instance is removed.
 */
export const INJECTION_STATES = ['planned', 'applied', 'active', 'undone', 'gone', 'unproven'] as const;
export type InjectionState = (typeof INJECTION_STATES)[number];

/** The two parts of health: the client's load meets its SLO; every node is in service. */
export const GOALS = ['serving', 'whole'] as const;
export type Goal = (typeof GOALS)[number];

export const RUNTIMES = ['process', 'docker'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/** An `event` fault happens once; a `condition` fault stays on until undo. */
export type FaultKind = 'event' | 'condition';

/** The pseudo chaos type of a baseline trial. */
export const NO_FAULT = 'none';

/** Plain data, as it goes over the guard's line and into the database. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Names of subjects, faults, operators and arms. */
export const NAME_PATTERN = /^[a-z][a-z0-9_-]*$/;
