import type { Availability, LoadLine, Random } from '@ordeal/core';
import { Acknowledgements } from './acknowledgements.ts';
import { OutageClock } from './outage-clock.ts';
import { StageFigures } from './stage-figures.ts';

/** 30 s of 300 operations each. Of a good stretch that has more before it is long enough, the newest are counted. */
const MOST_EARLY = 10_000;

type Stage = 'before' | 'under' | 'after';

/**
 * Counts what the client's load met, stage by stage, and how long it had to do without. Pure: time comes with the
 * calls, and an operation belongs to the stage in which it ended.
 */
export class LoadAccount {
  /** All since it is listened to, from before steady, too. */
  readonly acknowledgements: Acknowledgements;
  readonly #maxLatencyMs: number;
  readonly #stages = { before: new StageFigures(), under: new StageFigures(), after: new StageFigures() };
  /** Of each kind, as `serving` is judged: reads that go on do not help whoever has to write. */
  readonly #outages = { read: new OutageClock(), write: new OutageClock() };
  /** Undefined: not steady yet. */
  #stage: Stage | undefined;
  /** What ended while nobody could say yet whether the instance is steady, the newest last. */
  #early: { readonly line: LoadLine; readonly endedMs: number }[] = [];

  /**
   * @param maxLatencyMs an operation that took longer counts as failed, as it does for `serving`
   * @param random draws which acknowledgements are kept, when there are too many
   */
  constructor(maxLatencyMs: number, random: Random) {
    this.#maxLatencyMs = maxLatencyMs;
    this.acknowledgements = new Acknowledgements(random);
  }

  /** It has been steady since then; what was before is the start's doing. */
  steady(sinceMs: number): void {
    if (this.#stage !== undefined) return;
    this.#stage = 'before';
    for (const { line, endedMs } of this.#early)
      if (endedMs >= sinceMs) this.#count(this.#stage, line, endedMs);
    this.#early = [];
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
    if (line.ack !== undefined) this.acknowledgements.add(line.ack);
    if (this.#stage !== undefined) {
      this.#count(this.#stage, line, endedMs);
      return;
    }
    this.#early.push({ line, endedMs });
    if (this.#early.length > MOST_EARLY) this.#early.splice(0, MOST_EARLY / 2);
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

  #count(stage: Stage, line: LoadLine, endedMs: number): void {
    const isOk = line.ok && line.ms <= this.#maxLatencyMs;
    this.#stages[stage].add(line, isOk);
    if (isOk) this.#outages[line.op].succeeded(endedMs);
  }
}
