import type { FaultKind, Goal, JsonObject, RuntimeName } from '@ordeal/core';

/**
 * A campaign file, checked, with every default filled in and every name resolved. Plain JSON: it is stored as it
 * is, and a stored one means the same trials whatever becomes of the catalogue.
 */
export interface CampaignConfig {
  /** The file as it was named by whoever loaded it. */
  readonly file: string;
  /** The text as written, comments and all. */
  readonly source: string;
  readonly name: string;
  readonly subjects: readonly string[];
  readonly chaos_types: readonly ChaosSpec[];
  readonly trials_per_combination: number;
  readonly parallel: number;
  readonly cooldown_seconds: number;
  readonly include_baseline: boolean;
  /** Of each subject. */
  readonly runtimes: Readonly<Record<string, RuntimeName>>;
  readonly seed: number;
  /** Of the first arm: all there is of a file without arms. */
  readonly operator: string;
  /** At least one: of a file without arms, the operator. */
  readonly arms: readonly ArmSpec[];
  /** Of each subject. */
  readonly goals: Readonly<Record<string, Goal>>;
  readonly timeout_seconds: number;
  readonly hold_seconds: number;
  readonly settle_seconds: number;
  readonly recovery_seconds: number;
  readonly attempts: number;
  readonly backoff_seconds: number;
  /** The matrix, in the order in which its trials are listed; the baselines are last. */
  readonly cells: readonly CellSpec[];
  /** Combinations of the matrix that were asked to be left out where they cannot be run; none of them is among `cells`. */
  readonly skipped: readonly SkippedCell[];
}

/** Who is expected to repair, and how it is set. Trials name their arm; its operator and settings are looked up here. */
export interface ArmSpec {
  readonly name: string;
  readonly operator: string;
  /** Passed to the operator as they are. */
  readonly settings: JsonObject;
}

/** A cell that is not run, and why. */
export interface SkippedCell {
  readonly cell: string;
  readonly why: string;
}

/** One entry of `chaos_types`. */
export interface ChaosSpec {
  readonly type: string;
  /** Validated, with the defaults filled in. */
  readonly params: JsonObject;
  readonly params_as_written: JsonObject;
  /** As written: `leader` means something else on each subject. */
  readonly target: string;
  /** Lifts the fault this long after zero, instead of at the end of the window. */
  readonly duration_seconds?: number;
}

/** What all repetitions of one combination have in common. */
export type CellSpec = FaultCell | BaselineCell;

interface CellBase {
  /** `postgres/latency`; `postgres/latency.2` for the second entry of the type; `postgres/latency@slow` with several arms. */
  readonly cell: string;
  readonly subject: string;
  /** The name of one of the campaign's arms; of a baseline `none`. */
  readonly arm: string;
  readonly runtime: RuntimeName;
  readonly goal: Goal;
  /** How long after the fault the goal may still break. */
  readonly horizon_seconds: number;
  readonly chaos_params: JsonObject;
}

export interface FaultCell extends CellBase {
  readonly baseline: false;
  readonly chaos_type: string;
  readonly kind: FaultKind;
  /** `any`, a role of the subject, or a node's name; general words are resolved. */
  readonly target: string;
  readonly duration_seconds?: number;
}

/** Nothing is done to it: what breaks here breaks on its own. */
export interface BaselineCell extends CellBase {
  readonly baseline: true;
  readonly chaos_type: 'none';
  readonly kind: null;
  readonly target: null;
}

/** One repetition of a cell. */
export type TrialSpec = CellSpec & {
  /** Place in the campaign, from 0. */
  readonly position: number;
  /** Unique within the campaign: `postgres/latency#0`, `postgres/latency@slow#0`. */
  readonly key: string;
  /** Place within the cell, from 0. */
  readonly trial_index: number;
};
