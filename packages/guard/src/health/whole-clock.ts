import type { Transition } from './transition.ts';

/** One probe's answer, and the interval in which it was true at some instant. */
export interface Sample {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly good: boolean;
  readonly detail: string;
}

/** So many samples in a row change a judgement: one lost answer is not an outage, one lucky answer no recovery. */
const SAMPLES_IN_A_ROW = 2;

/**
 * Judges whether the instance is whole, from samples in the order in which they were asked. Pure. The first sample
 * judges; before it, the instance is not whole. Bad from the asked time of the first bad sample of the run, good from
 * the answered time of the first good one.
 */
export class WholeClock {
  /** Undefined before the first sample. */
  #judgement: boolean | undefined;
  #sinceMs: number | null = null;
  #zeroMs = Number.NEGATIVE_INFINITY;
  /** The samples so far that contradict the judgement. */
  #run: Sample[] = [];
  #detail = 'no sample yet';

  get good(): boolean {
    return this.#judgement === true;
  }
  /** Start of the unbroken good stretch; null while bad. */
  get sinceMs(): number | null {
    return this.#sinceMs;
  }
  /** What the last sample said. */
  get detail(): string {
    return this.#detail;
  }

  add(sample: Sample): Transition | undefined {
    // What was asked before zero would be blamed on the fault; the next sample tells the same.
    if (sample.askedMs < this.#zeroMs) return undefined;
    this.#detail = sample.detail;
    if (sample.good === this.#judgement) {
      this.#run = [];
      return undefined;
    }
    this.#run.push(sample);
    const [first] = this.#run;
    const isFirst = this.#judgement === undefined;
    if (first === undefined || (!isFirst && this.#run.length < SAMPLES_IN_A_ROW)) return undefined;
    this.#run = [];
    this.#judgement = sample.good;
    const atMs = instantOf(first);
    this.#sinceMs = sample.good ? atMs : null;
    // That it is not whole yet is no change.
    if (isFirst && !sample.good) return undefined;
    return { good: sample.good, atMs, detail: first.detail };
  }

  /** Nothing from before this instant counts against what comes after it. */
  zero(atMs: number): void {
    this.#zeroMs = atMs;
    this.#run = [];
  }

  /** No later transition will be dated before this instant, if the next sample was not asked before `nextAskedMs`. */
  settledMs(nextAskedMs: number): number {
    const [first] = this.#run;
    return first === undefined ? nextAskedMs : Math.min(nextAskedMs, instantOf(first));
  }
}

function instantOf(sample: Sample): number {
  return sample.good ? sample.answeredMs : sample.askedMs;
}
