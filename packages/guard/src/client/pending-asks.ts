import { OrdealError } from '@ordeal/core';

interface Waiter {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly stop: () => void;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Questions without an answer yet. */
export class PendingAsks {
  readonly #waiters = new Map<number, Waiter>();
  #lastId = 0;

  /** Opens a question. @throws DEADLINE when no answer came in time; the signal's reason. */
  open(what: string, { timeoutMs, signal }: AskOptions): { id: number; answer: Promise<unknown> } {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const fail = (error: unknown): void => this.fail(id, error);
    const abort = (): void => fail(signal?.reason);
    const timer = setTimeout(() => {
      fail(new OrdealError('DEADLINE', `the guard did not answer ${what} within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    this.#waiters.set(id, { resolve, reject, stop });
    if (signal?.aborted) abort();
    return { id, answer: promise };
  }

  /** An answer after its deadline is dropped. */
  answer(id: number, answer: unknown): void {
    this.#take(id)?.resolve(answer);
  }

  fail(id: number, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  failAll(error: unknown): void {
    for (const id of [...this.#waiters.keys()]) this.fail(id, error);
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    waiter?.stop();
    return waiter;
  }
}
