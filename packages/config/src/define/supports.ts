import type { RuntimeName } from '@ordeal/core';

/** By name: a subject's faults, or the subjects that a fault is for. */
export type Supports = Readonly<Record<string, Support>>;

export interface Support {
  /** How long after the fault the goal may still break. Too short: a slow effect passes for none. Too long: trials take long. */
  readonly horizonSeconds: number;
  /** Default: every runtime of the subject. */
  readonly runtimes?: readonly RuntimeName[];
}
