import type { LoadLine, LoadSlo } from '@ordeal/core';
import { KindWindow, type Operation } from './kind-window.ts';
import { LOAD_KINDS, Recovery } from './recovery.ts';
import type { Transition } from './transition.ts';

/** Fewer failures in the window never break it: one failed request is not an outage. */
const MIN_FAILURES = 2;

/**
 * Judges whether the instance serves, from the operations of its client's load. Pure: time comes with the calls.
 * Not serving until shown.
 *
 * Broken when, over the window, a kind's success ratio is below the SLO, or no operation of a kind has ended at
 * all. Serving again from the instant on from which the SLO holds for a whole window.
 */
export class ServingClock {
  readonly #slo: LoadSlo;
  readonly #windows: Readonly<Record<LoadLine['op'], KindWindow>>;
  readonly #recovery: Recovery;
  #good = false;
  #sinceMs: number | null = null;
  #zeroMs: number;
  #toldMs: number;

  constructor(slo: LoadSlo, startMs: number) {
    this.#slo = slo;
    this.#windows = {
      read: new KindWindow(slo.minSuccessRatio, startMs),
      write: new KindWindow(slo.minSuccessRatio, startMs),
    };
    this.#recovery = new Recovery(slo);
    this.#zeroMs = startMs;
    this.#toldMs = startMs;
  }

  get good(): boolean {
    return this.#good;
  }
  /** Start of the unbroken good stretch; null while bad. */
  get sinceMs(): number | null {
    return this.#sinceMs;
  }
  /** Why it does not serve, for people. */
  get detail(): string {
    if (this.#good) return 'serving';
    const { missing } = this.#recovery;
    return missing.length > 0 ? `no ${missing.join(' and no ')} has succeeded` : 'not yet for a whole window';
  }

  /** Takes one operation, when it has ended. */
  add(line: LoadLine, endedMs: number): Transition | undefined {
    const operation = this.#operation(line, endedMs);
    // What ended before zero was not the fault's doing.
    if (operation.endedMs < this.#zeroMs) return undefined;
    const window = this.#windows[operation.kind];
    window.add(operation);
    if (!this.#good) this.#recovery.add(operation);
    return this.judge(endedMs);
  }

  /** Silence and recovery come with time, not with operations: ask every now and then. */
  judge(nowMs: number): Transition | undefined {
    return this.#good ? this.#judgeGood(nowMs) : this.#judgeBad(nowMs);
  }

  /** Failures from before this instant are not blamed on what comes after it. */
  zero(atMs: number): void {
    this.#zeroMs = atMs;
    this.#toldMs = Math.max(this.#toldMs, atMs);
    for (const kind of LOAD_KINDS) this.#windows[kind].forgive();
    this.#recovery.restart();
  }

  /** We could not listen until this instant: the silence before it is ours. */
  stalledUntil(atMs: number): void {
    for (const kind of LOAD_KINDS) this.#windows[kind].silentFrom(atMs);
  }

  /**
   * Everything up to this instant has been told: no later transition is dated before it. It lags behind while a
   * failure in the window, or a candidate for recovery, may still turn out to be the beginning of something.
   */
  settledMs(nowMs: number): number {
    const open = this.#good
      ? LOAD_KINDS.flatMap((kind) => {
          const window = this.#windows[kind];
          return [window.lastEndedMs, window.earliestFailedMs() ?? nowMs];
        }).concat(nowMs - this.#slo.maxLatencyMs)
      : [this.#recovery.candidateMs ?? nowMs];
    this.#toldMs = Math.max(this.#toldMs, Math.min(nowMs, ...open));
    return this.#toldMs;
  }

  #operation(line: LoadLine, endedMs: number): Operation {
    const slow = line.ms > this.#slo.maxLatencyMs;
    return {
      kind: line.op,
      ok: line.ok && !slow,
      askedMs: endedMs - line.ms,
      endedMs,
      detail: line.ok ? `${line.op} took ${Math.round(line.ms)} ms` : `${line.op}: ${line.error ?? 'failed'}`,
    };
  }

  #judgeGood(nowMs: number): Transition | undefined {
    const causes = LOAD_KINDS.flatMap((kind) => this.#brokenBy(kind, nowMs) ?? []);
    const first = causes.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (first === undefined) return undefined;
    this.#good = false;
    this.#sinceMs = null;
    this.#recovery.restart();
    // An operation that hung for longer than its SLO was asked before what has been told already.
    return { good: false, atMs: Math.max(first.atMs, this.#zeroMs, this.#toldMs), detail: first.detail };
  }

  #brokenBy(kind: LoadLine['op'], nowMs: number): { atMs: number; detail: string } | undefined {
    const window = this.#windows[kind];
    const { windowMs, minSuccessRatio } = this.#slo;
    window.dropUntil(nowMs - windowMs);
    if (nowMs - window.lastEndedMs >= windowMs) {
      return { atMs: window.lastEndedMs, detail: `no ${kind} has ended for ${windowMs / 1000} s` };
    }
    if (window.failed < MIN_FAILURES || window.successRatio >= minSuccessRatio) return undefined;
    const failure = window.firstFailure();
    return failure === undefined ? undefined : { atMs: failure.askedMs, detail: failure.detail };
  }

  #judgeBad(nowMs: number): Transition | undefined {
    const recovered = this.#recovery.judge(nowMs);
    if (recovered === undefined) return undefined;
    this.#good = true;
    this.#sinceMs = Math.max(recovered.atMs, this.#toldMs);
    for (const kind of LOAD_KINDS) {
      const window = this.#windows[kind];
      window.dropUntil(Number.POSITIVE_INFINITY);
      window.forgive();
      for (const operation of recovered.operations) if (operation.kind === kind) window.add(operation);
    }
    return { good: true, atMs: this.#sinceMs, detail: 'the load meets its objectives' };
  }
}
