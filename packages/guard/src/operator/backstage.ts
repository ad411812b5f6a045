import { setTimeout as delay } from 'node:timers/promises';
import type { Backstage, Goal } from '@ordeal/core';
import type { HealthWatch } from '../health/health-watch.ts';
import type { Injection } from '../injection.ts';
import { unlessAborted } from '../under-deadline.ts';
import type { RecordedHandlesParts } from './recorded-handles.ts';

/** A control operator takes a subject for well that has been so for this long. */
const WELL_MS = 1_500;
/** What has not broken by then need not break at all; the operator is called for all the same. */
const HURTS_WITHIN_MS = 5_000;

export interface BackstageParts
  extends Pick<RecordedHandlesParts, 'turns' | 'mayAct' | 'record' | 'monotonicMs' | 'signal'> {
  readonly goal: Goal;
  /** Resolves when a probe has seen the fault bite. */
  readonly bites: Promise<void>;
  readonly watch: Pick<HealthWatch, 'becomesBad' | 'becomesSteady'>;
  readonly injections: () => Iterable<Injection>;
  /** What taking one fault away may take. */
  readonly undoMs: number;
}

/** What control operators know and can do at one instance. */
export function createBackstage(parts: BackstageParts): Backstage {
  const { goal, bites, watch, injections, undoMs, turns, mayAct, record, monotonicMs, signal } = parts;
  return {
    async untilItHurts() {
      await unlessAborted(signal, bites);
      await watch.becomesBad(goal, HURTS_WITHIN_MS, signal);
    },
    async untilWell() {
      // What broke just now may not have been seen yet.
      await delay(WELL_MS, undefined, { signal });
      await watch.becomesSteady(WELL_MS, Number.POSITIVE_INFINITY, signal);
    },
    undoFault: () =>
      turns.take(async (turn) => {
        mayAct(turn);
        const atMs = monotonicMs();
        for (const injection of injections()) {
          await injection.relieve(undoMs);
          const { target: node } = injection;
          const act = { command: 'undo', node, repairs: true, exitCode: 0, by: 'handle' } as const;
          record(atMs, { kind: 'act', act, stopped: [] });
        }
      }),
  };
}
