/** Instances that are being removed beside the trials that follow them. */
export class Removals {
  readonly #most: number;
  readonly #going = new Set<Promise<void>>();

  /** @param most as many as may go at once before a new trial has to wait; without a bound a slow engine would pile them up */
  constructor(most: number) {
    this.#most = most;
  }

  /** @param removed resolves when it is gone, and does not fail */
  add(removed: Promise<void>): void {
    this.#going.add(removed);
    void removed.then(() => this.#going.delete(removed));
  }

  /** Resolves when there is room for one more, or the signal has fired. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#going.size >= this.#most && !signal.aborted) await Promise.race(this.#going);
  }

  async allGone(): Promise<void> {
    await Promise.all(this.#going);
  }
}
