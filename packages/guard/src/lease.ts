/** How long the guard may act for one execution. All times on the guard's own monotonic clock. */
export class Lease {
  readonly #lengthMs: number;
  #untilMs: number;

  constructor(startedMs: number, lengthMs: number) {
    this.#lengthMs = lengthMs;
    this.#untilMs = startedMs + lengthMs;
  }

  /**
   * Counts from when the beat was sent, never from when it arrived: a beat that waited in a pipe or in a frozen
   * worker proves nothing about now.
   */
  renew(provenAtMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, provenAtMs + this.#lengthMs);
  }

  ranOut(nowMs: number): boolean {
    return nowMs >= this.#untilMs;
  }
}
