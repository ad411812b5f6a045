import { unlessAborted } from './under-deadline.ts';

/** One thing at a time, in order of asking, and a way to cut short what waits or is at work. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #interruption = new AbortController();

  take<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#interruption;
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return work(signal);
    });
    this.#last = turn.catch(() => {});
    // Whoever asked hears of the interruption at once; the next turn waits until the work has really ended.
    return unlessAborted(signal, turn);
  }

  /** Aborts every turn taken so far, with the reason; later turns are not touched. */
  interrupt(reason: Error): void {
    this.#interruption.abort(reason);
    this.#interruption = new AbortController();
  }

  /** Resolves when every turn taken so far has ended, however. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
