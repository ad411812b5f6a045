import {
  describeError,
  type FaultKind,
  type FaultPoints,
  type Goal,
  type InjectionState,
  type JsonObject,
  type Phase,
  type Repertoire,
  type Step,
} from '@ordeal/core';
import type { Answer, Body, Fence, GuardClient } from '@ordeal/guard';
import type { Campaign, ExecutionRef, Store, Trial } from '@ordeal/store';
import { outlastOutage } from './outlast-outage.ts';
import { Timeline } from './timeline.ts';
import { type DraftRecord, emptyRecord } from './trial-record.ts';

/** What the guard's answer may take beyond the work it was asked for. */
export const ANSWER_SLACK_MS = 10_000;

/** One claimed execution, and what it takes to run it. */
export interface TrialRun {
  readonly campaign: Campaign;
  readonly trial: Trial;
  readonly execution: number;
  readonly place: string;
  readonly repertoire: Repertoire;
  /** Fixed per trial: decides what undo and window mean. */
  readonly kind: FaultKind;
  readonly guard: GuardClient;
  readonly store: Pick<Store, 'planInjection' | 'advanceInjection'>;
  readonly faultPoints: FaultPoints;
  /** Fires on shutdown, pause, cancel or a lost lease. */
  readonly signal: AbortSignal;
  /** Fires the signal if the execution may not be ours any more: who was frozen meets its deadlines before it looks at its beats. */
  readonly checkBeats: () => void;
  /** Told where the execution is on its way; the first one, `starting`, goes without saying. */
  readonly onPhase: (phase: Phase) => void;
}

type TrialVerb =
  | 'start'
  | 'steady'
  | 'look'
  | 'engage'
  | 'apply'
  | 'undo'
  | 'probe'
  | 'zero'
  | 'disengage'
  | 'load';

/** What all steps of a trial share: the line to the guard, and what is written down on the way. */
export class TrialNotes {
  readonly run: TrialRun;
  readonly ref: ExecutionRef;
  readonly fence: Fence;
  readonly timeline: Timeline;
  readonly record: DraftRecord = emptyRecord();
  readonly findings: string[] = [];
  /** What the subject can measure, as its guard says. */
  goals: readonly Goal[] = [];
  /** Resolves when the moves of the ledger so far are made, one after the other; it does not fail. */
  moves: Promise<void> = Promise.resolve();
  /** On the guard's clock. */
  zeroMs = 0;

  constructor(run: TrialRun) {
    this.run = run;
    this.ref = { trialId: run.trial.id, execution: run.execution };
    this.fence = { trial: run.trial.id, execution: run.execution };
    this.timeline = new Timeline(this.ref);
  }

  setZero(zeroMs: number, zeroAt: string): void {
    this.zeroMs = zeroMs;
    this.record.zeroAt = zeroAt;
    this.timeline.setZero(zeroMs, zeroAt);
  }

  /**
   * Moves a row of the ledger on, beside the trial and one after the other: one that overtook another would take its
   * evidence away. Only the plan has to be there before the fault acts; a move that is lost in a long outage costs no
   * verdict, and the watch over the ledger closes the row later. When it was undone is told with it, for it may be
   * written much later.
   */
  advance(injection: string, state: InjectionState, evidence: JsonObject): void {
    const told = state === 'gone' ? { ...evidence, undone_at: new Date().toISOString() } : evidence;
    const move = () =>
      outlastOutage(() => this.run.store.advanceInjection(injection, state, told)).catch((error: unknown) =>
        this.timeline.add('ledger_not_moved', null, { state, error: describeError(error) }),
      );
    this.moves = this.moves.then(move);
  }

  /** A test may hold the trial here. */
  reach(step: Step): Promise<void> {
    const { faultPoints, signal, trial } = this.run;
    return faultPoints.reach(step, trial.id, signal);
  }

  /** Asks the guard in the name of this execution. @param workMs what the work itself may take */
  ask<V extends TrialVerb>(verb: V, body: Omit<Body<V>, 'fence'>, workMs: number): Promise<Answer<V>> {
    // TypeScript cannot see that Omit and the fence add up to the body again.
    const whole = { fence: this.fence, ...body } as unknown as Body<V>;
    const options = { timeoutMs: workMs + ANSWER_SLACK_MS, signal: this.run.signal };
    const answer = this.run.guard.ask(verb, whole, options);
    // What is asked in advance may fail after the trial has ended: then nobody comes to hear of it.
    answer.catch(() => {});
    return answer;
  }
}
