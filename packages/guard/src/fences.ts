import { OrdealError } from '@ordeal/core';
import type { Fence } from './protocol.ts';

/**
 * A stale `start` can only come from our own worker, and soon: so many trials are remembered, not every one that
 * a long-lived guard ever saw.
 */
const TRIALS_REMEMBERED = 10_000;

interface Newest {
  readonly execution: number;
  /** Why nothing more may be done for it; undefined while it may act. */
  endedBecause: string | undefined;
}

/** The newest execution known of each trial. */
export class Fences {
  readonly #newest = new Map<string, Newest>();

  /** @throws OrdealError GUARD_REFUSED when the execution is older than the newest one, or has been here before. */
  admit({ trial, execution }: Fence): void {
    const known = this.#newest.get(trial);
    if (known !== undefined && execution <= known.execution) {
      const why =
        execution < known.execution
          ? olderThan(known)
          : (known.endedBecause ?? 'it has been started already');
      throw refused({ trial, execution }, why);
    }
    this.#newest.delete(trial);
    this.#newest.set(trial, { execution, endedBecause: undefined });
    for (const oldest of this.#newest.keys()) {
      if (this.#newest.size <= TRIALS_REMEMBERED) break;
      this.#newest.delete(oldest);
    }
  }

  /** Nothing more may be done for this execution. */
  close({ trial, execution }: Fence, reason: string): void {
    const known = this.#newest.get(trial);
    if (known?.execution === execution) known.endedBecause ??= reason;
  }

  /** Why this execution may not act; undefined when it may. */
  refusal({ trial, execution }: Fence): string | undefined {
    const known = this.#newest.get(trial);
    if (known === undefined || execution > known.execution) return 'it was not started here';
    return execution < known.execution ? olderThan(known) : known.endedBecause;
  }
}

export function refused(fence: Fence, why: string): OrdealError {
  return new OrdealError('GUARD_REFUSED', `execution ${fence.execution} of trial ${fence.trial}: ${why}`, {
    details: { trial: fence.trial, execution: fence.execution },
  });
}

function olderThan(newest: Newest): string {
  return `older than execution ${newest.execution}`;
}
