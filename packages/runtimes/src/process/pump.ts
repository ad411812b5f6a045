import type { Socket } from 'node:net';

/** About the send window of a real link; beyond it the sender is made to wait. Per connection and direction. */
const MAX_QUEUED_BYTES = 1024 * 1024;

type Item =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; dueMs: number }
  | { readonly kind: 'end'; dueMs: number };

/**
 * One direction of one connection: what comes out of `source` goes into `sink`, in order, each chunk after its own
 * delay, or not at all while held. The end of the stream and a reset travel like bytes: delayed, and held.
 */
export class Pump {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #drawDelayMs: () => number;
  readonly #reset: () => void;
  #queue: Item[] = [];
  #queuedBytes = 0;
  #lastDueMs = 0;
  #resetDueMs: number | undefined;
  #held = false;
  #sinkIsFull = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param drawDelayMs how long the next chunk takes on its way
   * @param reset called when a broken source must be felt by the sink
   */
  constructor(source: Socket, sink: Socket, drawDelayMs: () => number, reset: () => void) {
    this.#source = source;
    this.#sink = sink;
    this.#drawDelayMs = drawDelayMs;
    this.#reset = reset;
    sink.on('drain', () => {
      this.#sinkIsFull = false;
      this.#flush();
    });
  }

  /** Begins to read, unless held already. */
  start(): void {
    this.#source.on('data', (bytes: Buffer) => {
      this.#queuedBytes += bytes.length;
      this.#queue.push({ kind: 'bytes', bytes, dueMs: this.#nextDueMs() });
      this.#flush();
    });
    this.#source.on('end', () => {
      this.#queue.push({ kind: 'end', dueMs: this.#nextDueMs() });
      this.#flush();
    });
    this.#source.on('close', (hadError) => {
      // A clean close comes after `end`, which is on its way already.
      if (!hadError && this.#source.readableEnded) return;
      this.#resetDueMs = this.#nextDueMs();
      this.#flush();
    });
    this.#steerSource();
  }

  /** Nothing passes any more. There is no way back: a stream that was held is reset in the end, never resumed. */
  hold(): void {
    this.#held = true;
    clearTimeout(this.#timer);
    this.#steerSource();
  }

  /** Lets everything that is on its way arrive now: the delay it was given is lifted. */
  hurry(): void {
    this.#lastDueMs = 0;
    for (const item of this.#queue) item.dueMs = 0;
    if (this.#resetDueMs !== undefined) this.#resetDueMs = 0;
    this.#flush();
  }

  stop(): void {
    this.#held = true;
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  #nextDueMs(): number {
    // Never before its predecessor: a delay must not reorder a stream.
    this.#lastDueMs = Math.max(this.#lastDueMs, performance.now() + this.#drawDelayMs());
    return this.#lastDueMs;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#held) return;
    const nowMs = performance.now();
    if (this.#resetDueMs !== undefined && this.#resetDueMs <= nowMs) {
      this.#reset();
      return;
    }
    for (let item = this.#queue[0]; item !== undefined; item = this.#queue[0]) {
      if (this.#sinkIsFull || item.dueMs > nowMs) break;
      this.#queue.shift();
      if (item.kind === 'end') this.#sink.end();
      else this.#send(item.bytes);
    }
    this.#steerSource();
    const nextMs = (this.#sinkIsFull ? undefined : this.#queue[0]?.dueMs) ?? this.#resetDueMs;
    if (nextMs !== undefined) this.#timer = setTimeout(() => this.#flush(), Math.ceil(nextMs - nowMs));
  }

  #send(bytes: Buffer): void {
    this.#queuedBytes -= bytes.length;
    // Bytes to a dead peer are lost, as on a cable.
    if (this.#sink.destroyed || this.#sink.writableEnded) return;
    this.#sinkIsFull = !this.#sink.write(bytes);
  }

  #steerSource(): void {
    if (this.#held || this.#queuedBytes >= MAX_QUEUED_BYTES) this.#source.pause();
    else this.#source.resume();
  }
}
