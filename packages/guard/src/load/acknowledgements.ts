import type { Random } from '@ordeal/core';

/**
 * 400 kB. The built-in clients write ten times a second, so that all writes of 80 minutes are kept. Lower: a short loss
 * in a long trial may be missed. Higher: more memory for each of ten trials, and more to look for at their ends.
 */
const MOST_KEPT = 50_000;

/**
 * The writes that the client saw acknowledged: all of them up to a bound, and from there on a uniform sample of all
 * (reservoir sampling: Vitter, "Random Sampling with a Reservoir", 1985, Algorithm R).
 */
export class Acknowledgements {
  readonly #random: Random;
  readonly #mostKept: number;
  readonly #kept: number[] = [];
  #count = 0;

  constructor(random: Random, mostKept = MOST_KEPT) {
    this.#random = random;
    this.#mostKept = mostKept;
  }

  get count(): number {
    return this.#count;
  }
  /** Those kept now; a copy. */
  kept(): number[] {
    return [...this.#kept];
  }

  add(ack: number): void {
    this.#count += 1;
    if (this.#kept.length < this.#mostKept) {
      this.#kept.push(ack);
      return;
    }
    const place = Math.floor(this.#random() * this.#count);
    if (place < this.#mostKept) this.#kept[place] = ack;
  }
}
