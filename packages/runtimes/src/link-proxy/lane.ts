/** What passes at once, and so how long the others wait for their turn: no longer than a timer is good for. */
const SEGMENT_MS = 5;
/** On a slow link as well as on a fast one a turn has to be worth its while. */
const MIN_SEGMENT_BYTES = 256;
/** A limited link holds back about so much of each connection before it makes the sender wait, as a router does. */
const QUEUE_MS = 100;
/** About the send window of a link without a limit. Per connection and direction. */
const MAX_QUEUE_BYTES = 1024 * 1024;

/**
 * One direction of a link, which all its connections share. With a rate, segments pass one after the other, each
 * taking its time; a connection asks for one at a time, so that those which have something to send take turns.
 */
export class Lane {
  #kbit = Number.POSITIVE_INFINITY;
  /** When everything that was let in has passed. */
  #freeMs = 0;

  /** Kilobits a second from now on, or Infinity. Forgets who was let in: who waits for a turn has to ask again. */
  limit(kbit: number): void {
    this.#kbit = kbit;
    this.#freeMs = 0;
  }

  /** The most that may be let in at once. */
  get segmentBytes(): number {
    return Math.max(MIN_SEGMENT_BYTES, Math.floor(this.#bytesIn(SEGMENT_MS)));
  }

  /** What one connection may have waiting before its sender has to. */
  get queueBytes(): number {
    return Math.min(MAX_QUEUE_BYTES, this.#bytesIn(QUEUE_MS));
  }

  /**
   * Lets a segment in that has been ready since the given time, and says when its last byte is through. Reckoned
   * from there and not from now: timers that fire late must not cost the link any of its rate.
   */
  passMs(bytes: number, readyMs: number): number {
    if (this.#kbit === Number.POSITIVE_INFINITY) return readyMs;
    this.#freeMs = Math.max(this.#freeMs, readyMs) + (bytes * 8) / this.#kbit;
    return this.#freeMs;
  }

  /** A kilobit a second is a bit a millisecond. */
  #bytesIn(ms: number): number {
    return (this.#kbit * ms) / 8;
  }
}
