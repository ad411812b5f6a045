import type { JsonObject } from '@ordeal/core';
import type { ExecutionRef, TrialEvent } from '@ordeal/store';

/**
 * Collects what happened in one execution. Instants are kept on the guard's clock and told relative to zero,
 * which is only known later; wall instants are for display.
 */
export class Timeline {
  readonly #ref: ExecutionRef;
  readonly #entries: { atMs: number | null; at: Date; kind: string; data: JsonObject }[] = [];
  #lastMs: number | null = null;
  #zero: { ms: number; at: Date } | undefined;

  constructor(ref: ExecutionRef) {
    this.#ref = ref;
  }

  /** @param atMs null: right after what was added last */
  add(kind: string, atMs: number | null, data: JsonObject = {}): void {
    this.#lastMs = atMs ?? this.#lastMs;
    this.#entries.push({ atMs: this.#lastMs, at: new Date(), kind, data });
  }

  setZero(zeroMs: number, zeroAt: string): void {
    this.#zero = { ms: zeroMs, at: new Date(zeroAt) };
    this.add('zero', zeroMs);
  }

  events(): TrialEvent[] {
    // A change of health is known later than it happened: in order of happening, not of telling.
    const inOrder = this.#entries.toSorted((a, b) => (a.atMs ?? -Infinity) - (b.atMs ?? -Infinity));
    return inOrder.map(({ atMs, at, kind, data }) => {
      const sinceZeroMs = this.#zero === undefined || atMs === null ? null : atMs - this.#zero.ms;
      const wall =
        this.#zero === undefined || sinceZeroMs === null
          ? at
          : new Date(this.#zero.at.getTime() + sinceZeroMs);
      return { ...this.#ref, sinceZeroMs, at: wall, kind, data };
    });
  }
}
