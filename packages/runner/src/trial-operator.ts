import { setTimeout as delay } from 'node:timers/promises';
import { createRandom, deadlineSignal, type JsonObject, NO_OPERATOR } from '@ordeal/core';
import { type Heard, judgeOperator, repaired, type Truth } from '@ordeal/operators';
import { operatorOf } from './operator-of.ts';
import type { TrialNotes } from './trial-run.ts';

/**
 * Between the call of the operator and the fault: drawn from it, so that an operator cannot tell from its own start
 * when the fault comes; long enough that a program has started and looks.
 */
const HEAD_START_MS = { least: 1_000, most: 3_000 };
/** A goal that has come back may be claimed until so long after it was seen to last. Without this wait only the quickest talkers could claim. */
const CLAIM_WITHIN_MS = 10_000;
/** Its last words, and the end of its processes. */
const STOP_WITHIN_MS = 15_000;
/** A timeline is for people: what comes beyond is in the record. */
const MOST_EVENTS = 300;

/** The operator of one trial: called, heard, stopped, judged. A trial without one has one that is never engaged. */
export class TrialOperator implements Disposable {
  readonly #notes: TrialNotes;
  readonly #name: string;
  readonly #settings: JsonObject;
  readonly #stopListening: () => void;
  /** Times on the guard's clock. */
  readonly #heard: Heard[] = [];
  #hasClaimed = false;
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(notes: TrialNotes) {
    const { guard, campaign, trial } = notes.run;
    this.#notes = notes;
    const { operator, settings } = operatorOf(campaign, trial);
    this.#name = operator;
    this.#settings = settings;
    const { fence } = notes;
    this.#stopListening = guard.on((event) => {
      if (event.event !== 'operator') return;
      if (event.fence.trial !== fence.trial || event.fence.execution !== fence.execution) return;
      if (event.told.kind === 'ended') this.#hasEnded = true;
      else this.#hear({ atMs: event.atMs, ...event.told });
      this.#wake();
    });
  }

  get #isAsked(): boolean {
    return this.#name !== NO_OPERATOR;
  }

  /** Calls it while all is well. */
  async engage(): Promise<void> {
    if (!this.#isAsked) return;
    const { run, timeline } = this.#notes;
    const { campaign, trial, signal } = run;
    const order = { operator: this.#name, settings: this.#settings, goal: trial.goal };
    await this.#notes.ask('engage', order, 0);
    timeline.add('operator_engaged', null, { operator: this.#name });
    const { least, most } = HEAD_START_MS;
    const random = createRandom(
      campaign.seed,
      trial.subject,
      trial.chaosType,
      trial.trialIndex,
      'head start',
    );
    await delay(least + random() * (most - least), undefined, { signal });
  }

  /** After a return that lasted: until it has claimed, or has nothing more to say, or the time for it is over. */
  async awaitClaim(): Promise<void> {
    const signal = deadlineSignal(CLAIM_WITHIN_MS, this.#notes.run.signal);
    while (this.#isAsked && !this.#hasClaimed && !this.#hasEnded && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.#notes.run.signal.throwIfAborted();
  }

  /** Stops it: what follows is our own undo. */
  async disengage(): Promise<void> {
    if (this.#isAsked) await this.#notes.ask('disengage', {}, STOP_WITHIN_MS);
  }

  /** Whether it mended one of these nodes. */
  repaired(nodes: readonly string[]): boolean {
    const acts = this.#sinceZero().flatMap((one) =>
      one.kind === 'act' ? [{ atMs: one.atMs, ...one.act }] : [],
    );
    return repaired(acts, nodes);
  }

  /** For the record; undefined when nobody was asked to repair. */
  judge(truth: Truth): ReturnType<typeof judgeOperator> | undefined {
    return this.#isAsked ? judgeOperator(this.#name, this.#sinceZero(), truth) : undefined;
  }

  #sinceZero(): Heard[] {
    const { zeroMs } = this.#notes;
    return this.#heard.map((one) => ({ ...one, atMs: Math.round(one.atMs - zeroMs) }));
  }

  #hear(heard: Heard): void {
    this.#heard.push(heard);
    if (heard.kind === 'claimed_resolved') this.#hasClaimed = true;
    if (this.#heard.length > MOST_EVENTS) return;
    this.#notes.timeline.add(`operator_${heard.kind}`, heard.atMs, detailsOf(heard));
  }

  [Symbol.dispose](): void {
    this.#stopListening();
  }
}

function detailsOf(heard: Heard): JsonObject {
  switch (heard.kind) {
    case 'detected':
    case 'claimed_resolved':
      return {};
    case 'note':
      return heard.note;
    case 'act': {
      const { command, exitCode, by } = heard.act;
      return { command, exit_code: exitCode, by };
    }
  }
}
