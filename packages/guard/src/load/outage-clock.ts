/** The longest stretch from zero on in which one kind of operation had no success. Pure: time comes with the calls. */
export class OutageClock {
  /** Undefined before zero: no outage has begun. What we could not see is left out, by moving it on. */
  #silentFromMs: number | undefined;
  #unseenUntilMs = 0;
  #longestMs = 0;

  zero(atMs: number): void {
    this.#silentFromMs = atMs;
  }

  succeeded(atMs: number): void {
    if (this.#silentFromMs === undefined) return;
    this.#longestMs = this.longestMs(atMs);
    this.#silentFromMs = atMs;
  }

  /** Between these instants we could not listen: that silence is ours. It may be told more than once. */
  stalled(fromMs: number, untilMs: number): void {
    if (this.#silentFromMs === undefined) return;
    const unseenFromMs = Math.max(fromMs, this.#unseenUntilMs, this.#silentFromMs);
    this.#silentFromMs += Math.max(0, untilMs - unseenFromMs);
    this.#unseenUntilMs = untilMs;
  }

  /** An outage that goes on counts as long as it has lasted. */
  longestMs(nowMs: number): number {
    return Math.max(this.#longestMs, nowMs - (this.#silentFromMs ?? nowMs));
  }
}
