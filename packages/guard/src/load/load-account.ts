import type { Availability, LoadLine } from '@ordeal/core';
import { StageFigures } from './stage-figures.ts';

/**
 * Counts what the client's load met, stage by stage, and the longest outage. Pure: time comes with the calls, and an
 * operation belongs to the stage in which it ended.
 */
export class LoadAccount {
  readonly #maxLatencyMs: number;
  readonly #stages = { before: new StageFigures(), under: new StageFigures(), after: new StageFigures() };
  /** Undefined: not steady yet, which is nobody's doing but the start's. */
  #stage: 'before' | 'under' | 'after' | undefined;
  /** From here on no operation has succeeded; what we could not see is left out. */
  #silentFromMs = 0;
  #unseenUntilMs = 0;
  #longestOutageMs = 0;

  /** @param maxLatencyMs an operation that took longer counts as failed, as it does for `serving` */
  constructor(maxLatencyMs: number) {
    this.#maxLatencyMs = maxLatencyMs;
  }

  steady(): void {
    this.#stage ??= 'before';
  }
  zero(atMs: number): void {
    this.#stage = 'under';
    this.#silentFromMs = atMs;
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
    if (!isOk) return;
    this.#longestOutageMs = this.#longestOutageAt(endedMs);
    this.#silentFromMs = endedMs;
  }

  /** Between these instants we could not listen: that silence is ours, and no outage. */
  stalled(fromMs: number, untilMs: number): void {
    const unseenFromMs = Math.max(fromMs, this.#unseenUntilMs, this.#silentFromMs);
    this.#silentFromMs += Math.max(0, untilMs - unseenFromMs);
    this.#unseenUntilMs = untilMs;
  }

  /** All of it until now; an outage that goes on counts as long as it has lasted. */
  availability(nowMs: number): Availability {
    const { before, under, after } = this.#stages;
    return {
      before: before.figures(),
      under: under.figures(),
      after: after.figures(),
      longestOutageMs: this.#longestOutageAt(nowMs),
    };
  }

  #longestOutageAt(nowMs: number): number {
    const hasBegun = this.#stage === 'under' || this.#stage === 'after';
    return hasBegun ? Math.max(this.#longestOutageMs, nowMs - this.#silentFromMs) : 0;
  }
}
