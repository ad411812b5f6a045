import type { Availability, LoadLine } from '@ordeal/core';
import { OutageClock } from './outage-clock.ts';
import { StageFigures } from './stage-figures.ts';

/**
 * Counts what the client's load met, stage by stage, and how long it had to do without. Pure: time comes with the
 * calls, and an operation belongs to the stage in which it ended.
 */
export class LoadAccount {
  readonly #maxLatencyMs: number;
  readonly #stages = { before: new StageFigures(), under: new StageFigures(), after: new StageFigures() };
  /** Of each kind, as `serving` is judged: reads that go on do not help whoever has to write. */
  readonly #outages = { read: new OutageClock(), write: new OutageClock() };
  /** Undefined: not steady yet, which is nobody's doing but the start's. */
  #stage: 'before' | 'under' | 'after' | undefined;

  /** @param maxLatencyMs an operation that took longer counts as failed, as it does for `serving` */
  constructor(maxLatencyMs: number) {
    this.#maxLatencyMs = maxLatencyMs;
  }

  steady(): void {
    this.#stage ??= 'before';
  }
  zero(atMs: number): void {
    this.#stage = 'under';
    for (const outage of Object.values(this.#outages)) outage.zero(atMs);
  }
  /** The fault was taken away, for the first time. */
  undone(): void {
    if (this.#stage === 'under') this.#stage = 'after';
  }

  /** Takes one operation, when it has ended. */
  add(line: LoadLine, endedMs: number): void {
    if (this.#stage === undefined) return;
    const isOk = line.ok && line.ms <= this.#maxLatencyMs;
    this.#stages[this.#stage].add(line, isOk);
    if (isOk) this.#outages[line.op].succeeded(endedMs);
  }

  /** Between these instants nobody listened. */
  stalled(fromMs: number, untilMs: number): void {
    for (const outage of Object.values(this.#outages)) outage.stalled(fromMs, untilMs);
  }

  /** All of it until now. */
  availability(nowMs: number): Availability {
    const { before, under, after } = this.#stages;
    const { read, write } = this.#outages;
    return {
      before: before.figures(),
      under: under.figures(),
      after: after.figures(),
      longestOutageMs: Math.max(read.longestMs(nowMs), write.longestMs(nowMs)),
    };
  }
}
