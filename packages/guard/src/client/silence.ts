/**
 * Measures how long the other side has said nothing, in our own waking time: when we could not listen, because
 * our event loop was stuck or the process was frozen, nothing can be held against the other side. Pure.
 */
export class Silence {
  readonly #checkEveryMs: number;
  #checkedMs: number;
  #silentMs = 0;

  constructor(checkEveryMs: number, nowMs: number) {
    this.#checkEveryMs = checkEveryMs;
    this.#checkedMs = nowMs;
  }

  heard(): void {
    this.#silentMs = 0;
  }

  /** How long it has been silent; call it at the interval that it was made with. */
  check(nowMs: number): number {
    const gapMs = nowMs - this.#checkedMs;
    this.#checkedMs = nowMs;
    if (gapMs < this.#checkEveryMs * 2) this.#silentMs += gapMs;
    return this.#silentMs;
  }
}
