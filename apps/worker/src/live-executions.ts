import { monotonicMs } from '@ordeal/core';
import { TrialAborted } from '@ordeal/runner';
import type { ExecutionRef } from '@ordeal/store';

/** The executions that this worker runs now, each with the switch that stops it. */
export class LiveExecutions {
  readonly #live = new Map<string, { ref: ExecutionRef; abort: AbortController; sinceMs: number }>();

  /** Adds one; the signal fires when it has to stop. Dispose when it has ended. */
  add(ref: ExecutionRef): { signal: AbortSignal } & Disposable {
    const abort = new AbortController();
    this.#live.set(keyOf(ref), { ref, abort, sinceMs: monotonicMs() });
    return {
      signal: abort.signal,
      [Symbol.dispose]: () => {
        this.#live.delete(keyOf(ref));
      },
    };
  }

  refs(): ExecutionRef[] {
    return [...this.#live.values()].map((entry) => entry.ref);
  }

  /** Those that were claimed at least so long ago: a claim is a proof of its own. */
  olderThan(ageMs: number): ExecutionRef[] {
    const nowMs = monotonicMs();
    return [...this.#live.values()].filter(({ sinceMs }) => nowMs - sinceMs > ageMs).map(({ ref }) => ref);
  }

  abort(refs: readonly ExecutionRef[], why: TrialAborted['why'], detail: string): void {
    for (const ref of refs) this.#live.get(keyOf(ref))?.abort.abort(new TrialAborted(why, detail));
  }

  abortAll(why: TrialAborted['why'], detail: string): void {
    this.abort(this.refs(), why, detail);
  }
}

function keyOf(ref: ExecutionRef): string {
  return `${ref.trialId}/${ref.execution}`;
}
