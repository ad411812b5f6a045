import type { LoadLine } from '@ordeal/core';

/** One operation of the load, judged: too slow is failed. */
export interface Operation {
  readonly kind: LoadLine['op'];
  readonly ok: boolean;
  readonly askedMs: number;
  readonly endedMs: number;
  readonly detail: string;
}

/** The operations of one kind that ended within the window, and when the present run of failures began. */
export class KindWindow {
  readonly #allowedRatio: number;
  #operations: Operation[] = [];
  #failed = 0;
  #lastEndedMs: number;
  /** Failures in excess of what the SLO allows since the run began (CUSUM): at zero, there is no run. */
  #excess = 0;
  #runFromMs = Number.NEGATIVE_INFINITY;

  constructor(minSuccessRatio: number, startMs: number) {
    this.#allowedRatio = 1 - minSuccessRatio;
    this.#lastEndedMs = startMs;
  }

  get failed(): number {
    return this.#failed;
  }
  get successRatio(): number {
    const total = this.#operations.length;
    return total === 0 ? 1 : (total - this.#failed) / total;
  }
  get lastEndedMs(): number {
    return this.#lastEndedMs;
  }

  add(operation: Operation): void {
    this.#operations.push(operation);
    this.#lastEndedMs = Math.max(this.#lastEndedMs, operation.endedMs);
    if (!operation.ok) {
      this.#failed += 1;
      if (this.#excess === 0) this.#runFromMs = operation.endedMs;
    }
    this.#excess = Math.max(0, this.#excess + (operation.ok ? 0 : 1) - this.#allowedRatio);
  }

  /** Forgets what ended at or before the instant. */
  dropUntil(endedMs: number): void {
    const keep = this.#operations.findIndex((operation) => operation.endedMs > endedMs);
    const dropped = this.#operations.splice(0, keep === -1 ? this.#operations.length : keep);
    this.#failed -= dropped.filter((operation) => !operation.ok).length;
  }

  /** Forgets failures, and keeps successes: a window that starts empty would judge a handful of operations. */
  forgive(): void {
    this.#operations = this.#operations.filter((operation) => operation.ok);
    this.#failed = 0;
    this.#excess = 0;
  }

  /** Silence counts from here at the earliest. */
  silentFrom(atMs: number): void {
    this.#lastEndedMs = Math.max(this.#lastEndedMs, atMs);
  }

  /**
   * The earliest asked failure of the present run. A stray failure that enough successes followed is no part of
   * it, although it may still be in the window.
   */
  firstFailure(): Operation | undefined {
    return this.#operations
      .filter((operation) => !operation.ok && operation.endedMs >= this.#runFromMs)
      .reduce<Operation | undefined>(
        (first, operation) => (first !== undefined && first.askedMs <= operation.askedMs ? first : operation),
        undefined,
      );
  }

  /** When the earliest failure in the window was asked; undefined when there is none. */
  earliestFailedMs(): number | undefined {
    if (this.#failed === 0) return undefined;
    return Math.min(
      ...this.#operations.filter((operation) => !operation.ok).map((operation) => operation.askedMs),
    );
  }
}
