import { monotonicMs, type Phase } from '@ordeal/core';
import { TrialAborted } from '@ordeal/runner';
import type { BeatingExecution, Campaign, Claim, ExecutionRef, Trial } from '@ordeal/store';
import type { Logger } from 'pino';

type Claimed = Extract<Claim, { kind: 'claimed' }>;

interface Live {
  readonly ref: ExecutionRef;
  readonly campaign: Campaign;
  readonly trial: Trial;
  readonly abort: AbortController;
  readonly log: Logger;
  readonly sinceMs: number;
  phase: Phase;
  phaseSinceMs: number;
}

/** The executions that this worker runs now, each with where it is and the switch that stops it. */
export class LiveExecutions {
  readonly #live = new Map<string, Live>();

  /**
   * Adds one; the signal fires when it has to stop. Dispose when it has ended.
   * @param log its own, which names it in each line
   */
  add(
    { campaign, trial, execution }: Claimed,
    log: Logger,
  ): { signal: AbortSignal; enter: (phase: Phase) => void } & Disposable {
    const ref = { trialId: trial.id, execution };
    const nowMs = monotonicMs();
    const abort = new AbortController();
    const entry: Live = {
      ref,
      campaign,
      trial,
      abort,
      log,
      sinceMs: nowMs,
      phase: 'starting',
      phaseSinceMs: nowMs,
    };
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

  /** In order of their claims. */
  running(): { campaign: Campaign; trial: Trial; phase: Phase }[] {
    return [...this.#live.values()].map(({ campaign, trial, phase }) => ({ campaign, trial, phase }));
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

  abort(refs: readonly ExecutionRef[], why: TrialAborted['why'], detail: string): void {
    for (const ref of refs) {
      const live = this.#live.get(keyOf(ref));
      // What removes its instance has stopped already, and may have been recorded: a beat then finds it no longer ours.
      if (live === undefined || live.phase === 'removing' || live.abort.signal.aborted) continue;
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
