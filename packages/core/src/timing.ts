/**
 * The time invariant, in one place: a guard that hears nothing has undone its faults before anyone may run the
 * trial again. All in milliseconds.
 */
export interface Timing {
  /** Between two beats of a worker. Lower: more load on Postgres. Higher: a cancel is seen later. */
  readonly beatMs: number;
  /** How long a guard acts on one acknowledged beat. Lower: a slow database costs executions. Higher: faults outlive a frozen worker longer. */
  readonly guardLeaseMs: number;
  /** What an undo may take after the guard's lease has run out. */
  readonly undoMs: number;
  /** Beats standing still for this long make an execution lost. */
  readonly executionLeaseMs: number;
  /** Between two looks of a worker at all live executions. */
  readonly watchMs: number;
}

export const DEFAULT_TIMING: Timing = {
  beatMs: 2_000,
  guardLeaseMs: 8_000,
  undoMs: 5_000,
  executionLeaseMs: 15_000,
  watchMs: 1_000,
};

/** @throws RangeError when the guard could still act while another worker already runs the trial. */
export function checkTiming(timing: Timing): Timing {
  if (timing.guardLeaseMs + timing.undoMs >= timing.executionLeaseMs) {
    throw new RangeError('guard lease + undo budget must be shorter than the execution lease');
  }
  if (timing.beatMs * 2 >= timing.guardLeaseMs) {
    throw new RangeError('a guard lease must outlast two beats, or one slow beat costs the execution');
  }
  return timing;
}
