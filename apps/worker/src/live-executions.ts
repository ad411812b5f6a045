import { monotonicMs, type Phase } from '@ordeal/core';
import { TrialAborted } from '@ordeal/runner';
import type { BeatingExecution, ExecutionRef } from '@ordeal/store';

interface Live {
  readonly ref: ExecutionRef;
  readonly abort: AbortController;
  readonly sinceMs: number;
  phase: Phase;
  phaseSinceMs: number;
}

/** The executions that this worker runs now, each with where it is and the switch that stops it. */
export class LiveExecutions {
  readonly #live = new Map<string, Live>();

  /** Adds one; the signal fires when it has to stop. Dispose when it has ended. */
  add(ref: ExecutionRef): { signal: AbortSignal; enter: (phase: Phase) => void } & Disposable {
    const nowMs = monotonicMs();
    const abort = new AbortController();
    const entry: Live = { ref, abort, sinceMs: nowMs, phase: 'starting', phaseSinceMs: nowMs };
    this.#live.set(keyOf(ref), entry);
    return {
      signal: abort.signal,
      enter: (phase) => {
        entry.phase = phase;
        entry.phaseSinceMs = monotonicMs();
      },
      [Symbol.dispose]: () => {
        this.#live.delete(keyOf(ref));
      },
    };
  }

  refs(): ExecutionRef[] {
    return [...this.#live.values()].map((entry) => entry.ref);
  }

  /** What the next beat says of them. */
  beating(): BeatingExecution[] {
    const nowMs = monotonicMs();
    return [...this.#live.values()].map(({ ref, phase, phaseSinceMs }) => ({
      ...ref,
      phase,
      phaseMs: nowMs - phaseSinceMs,
    }));
  }

  /** Those that were claimed at least so long ago: a claim is a proof of its own. */
  olderThan(ageMs: number): ExecutionRef[] {
    const nowMs = monotonicMs();
    return [...this.#live.values()].filter(({ sinceMs }) => nowMs - sinceMs > ageMs).map(({ ref }) => ref);
  }

  /** How many were told for the first time. */
  abort(refs: readonly ExecutionRef[], why: TrialAborted['why'], detail: string): number {
    let told = 0;
    for (const ref of refs) {
      const abort = this.#live.get(keyOf(ref))?.abort;
      if (abort === undefined || abort.signal.aborted) continue;
      told += 1;
      abort.abort(new TrialAborted(why, detail));
    }
    return told;
  }

  abortAll(why: TrialAborted['why'], detail: string): void {
    this.abort(this.refs(), why, detail);
  }
}

function keyOf(ref: ExecutionRef): string {
  return `${ref.trialId}/${ref.execution}`;
}
