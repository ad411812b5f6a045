import type { LoadSlo } from '@ordeal/core';
import type { Operation } from './kind-window.ts';

export const LOAD_KINDS = ['read', 'write'] as const;

/**
 * While the instance does not serve: finds the earliest instant from which the SLO holds for a whole window.
 * A candidate begins with a success; when its window misses the SLO, the next one begins behind the first
 * failure that spoilt it.
 */
export class Recovery {
  readonly #slo: LoadSlo;
  #operations: Operation[] = [];

  constructor(slo: LoadSlo) {
    this.#slo = slo;
  }

  add(operation: Operation): void {
    // A candidate begins with a success: failures before it tell nothing.
    if (operation.ok || this.#operations.length > 0) this.#operations.push(operation);
  }

  restart(): void {
    this.#operations = [];
  }

  /** When the present candidate began; undefined when there is none. */
  get candidateMs(): number | undefined {
    return this.#operations[0]?.endedMs;
  }

  /** Kinds of which no operation has succeeded since the candidate began. */
  get missing(): readonly string[] {
    return LOAD_KINDS.filter((kind) => !this.#operations.some((one) => one.ok && one.kind === kind));
  }

  /** From when on it serves, once a whole window has shown it, with the operations since then. */
  judge(nowMs: number): { readonly atMs: number; readonly operations: readonly Operation[] } | undefined {
    for (;;) {
      const firsts = LOAD_KINDS.map(
        (kind) => this.#operations.find((one) => one.ok && one.kind === kind)?.endedMs,
      );
      if (firsts.includes(undefined)) {
        this.#beginAfter(nowMs - this.#slo.windowMs);
        return undefined;
      }
      // The candidate stands from when every kind has succeeded.
      const atMs = Math.max(...firsts.filter((first) => first !== undefined));
      if (nowMs < atMs + this.#slo.windowMs) return undefined;
      const spoiltMs = this.#spoiltMs(atMs + this.#slo.windowMs, nowMs);
      if (spoiltMs === undefined) return { atMs, operations: this.#operations };
      this.#beginAfter(spoiltMs);
    }
  }

  /** The instant behind which the next candidate may begin; undefined when this one stands. */
  #spoiltMs(windowEndMs: number, nowMs: number): number | undefined {
    for (const kind of LOAD_KINDS) {
      const ended = this.#operations.filter((one) => one.kind === kind && one.endedMs <= windowEndMs);
      const failures = ended.filter((one) => !one.ok);
      const [firstFailure] = failures;
      const ratio = (ended.length - failures.length) / ended.length;
      if (firstFailure !== undefined && ratio < this.#slo.minSuccessRatio) return firstFailure.endedMs;
      const lastMs = this.#operations.findLast((one) => one.kind === kind)?.endedMs ?? windowEndMs;
      // One success and then silence is no recovery either.
      if (nowMs - lastMs >= this.#slo.windowMs) return lastMs;
    }
    return undefined;
  }

  #beginAfter(endedMs: number): void {
    const next = this.#operations.findIndex((one) => one.ok && one.endedMs > endedMs);
    this.#operations = next === -1 ? [] : this.#operations.slice(next);
  }
}
