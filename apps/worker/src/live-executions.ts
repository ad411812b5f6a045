import { monotonicMs } from '@ordeal/core';
import { TrialAborted } from '@ordeal/runner';
import type { ExecutionRef } from '@ordeal/store';
import type { Logger } from 'pino';

interface LiveExecution {
  readonly ref: ExecutionRef;
  readonly abort: AbortController;
  readonly sinceMs: number;
  readonly log: Logger;
}

/** The executions that this worker runs now, each with the switch that stops it. */
export class LiveExecutions {
  readonly #live = new Map<string, LiveExecution>();

  /**
   * Adds one; the signal fires when it has to stop. Dispose when it has ended.
   * @param log its own, which names it in each line
   */
  add(ref: ExecutionRef, log: Logger): { signal: AbortSignal } & Disposable {
    const abort = new AbortController();
    this.#live.set(keyOf(ref), { ref, abort, sinceMs: monotonicMs(), log });
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
    for (const ref of refs) {
      const live = this.#live.get(keyOf(ref));
      if (live === undefined || live.abort.signal.aborted) continue;
      live.log.info({ why, detail }, 'trial told to stop');
      live.abort.abort(new TrialAborted(why, detail));
    }
  }

  abortAll(why: TrialAborted['why'], detail: string): void {
    this.abort(this.refs(), why, detail);
  }
}

function keyOf(ref: ExecutionRef): string {
  return `${ref.trialId}/${ref.execution}`;
}
