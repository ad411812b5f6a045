import type { Socket } from 'node:net';
import type { Lane } from './lane.ts';

type Item =
  | { readonly kind: 'bytes'; bytes: Buffer; dueMs: number }
  | { readonly kind: 'end'; dueMs: number };

/** What a chunk meets on its way. */
export interface Way {
  /** How long the next chunk takes, beside its turn on the lane. */
  drawDelayMs(): number;
  readonly lane: Lane;
}

/**
 * One direction of one connection: what comes out of `source` goes into `sink`, in order, each chunk after its own
 * delay and no faster than the lane lets it through, or not at all while held. The end of the stream and a reset
 * travel like bytes: delayed, behind what was sent before them, and held.
 */
export class Pump {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #way: Way;
  readonly #reset: () => void;
  #queue: Item[] = [];
  #queuedBytes = 0;
  #lastDueMs = 0;
  #resetDueMs: number | undefined;
  #held = false;
  #sinkIsFull = false;
  /** The segment that the lane has let in, the first of the queue. */
  #passing: { readonly bytes: number; readonly passMs: number } | undefined;
  /** When the last segment was through, or could not go on for reasons of our own. */
  #readyMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param reset called when a broken source must be felt by the sink */
  constructor(source: Socket, sink: Socket, way: Way, reset: () => void) {
    this.#source = source;
    this.#sink = sink;
    this.#way = way;
    this.#reset = reset;
    sink.on('drain', () => {
      this.#sinkIsFull = false;
      // The lane was not to blame for the wait: nothing is caught up on.
      this.#readyMs = performance.now();
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

  /** The delay that everything on its way was given is lifted. */
  hurry(): void {
    const nowMs = performance.now();
    this.#lastDueMs = 0;
    for (const item of this.#queue) item.dueMs = Math.min(item.dueMs, nowMs);
    if (this.#resetDueMs !== undefined) this.#resetDueMs = Math.min(this.#resetDueMs, nowMs);
    this.#flush();
  }

  /** The lane's rate has changed: what waits for its turn asks for a new one. */
  askAgain(): void {
    this.#passing = undefined;
    this.#readyMs = performance.now();
    this.#flush();
  }

  stop(): void {
    this.#held = true;
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  #nextDueMs(): number {
    // Never before its predecessor: a delay must not reorder a stream.
    this.#lastDueMs = Math.max(this.#lastDueMs, performance.now() + this.#way.drawDelayMs());
    return this.#lastDueMs;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#held) return;
    const nowMs = performance.now();
    let nextMs = this.#sendUntil(nowMs);
    if (this.#resetDueMs !== undefined && (this.#queue.length === 0 || this.#sinkIsFull)) {
      if (this.#resetDueMs <= nowMs) {
        this.#reset();
        return;
      }
      nextMs = this.#resetDueMs;
    }
    this.#steerSource();
    if (nextMs !== undefined) this.#timer = setTimeout(() => this.#flush(), Math.ceil(nextMs - nowMs));
  }

  /** Sends what may go by now; when to come again, if time is all that is missing. */
  #sendUntil(nowMs: number): number | undefined {
    for (let item = this.#queue[0]; item !== undefined; item = this.#queue[0]) {
      if (this.#sinkIsFull) return undefined;
      if (item.dueMs > nowMs) return item.dueMs;
      if (item.kind === 'end') {
        this.#queue.shift();
        this.#sink.end();
        continue;
      }
      this.#passing ??= this.#letIn(item.bytes.length, item.dueMs);
      if (this.#passing.passMs > nowMs) return this.#passing.passMs;
      this.#send(item.bytes.subarray(0, this.#passing.bytes));
      this.#readyMs = this.#passing.passMs;
      item.bytes = item.bytes.subarray(this.#passing.bytes);
      this.#passing = undefined;
      if (item.bytes.length === 0) this.#queue.shift();
    }
    return undefined;
  }

  #letIn(length: number, dueMs: number): { bytes: number; passMs: number } {
    const { lane } = this.#way;
    const bytes = Math.min(length, lane.segmentBytes);
    return { bytes, passMs: lane.passMs(bytes, Math.max(dueMs, this.#readyMs)) };
  }

  #send(bytes: Buffer): void {
    this.#queuedBytes -= bytes.length;
    // Bytes to a dead peer are lost, as on a cable.
    if (this.#sink.destroyed || this.#sink.writableEnded) return;
    this.#sinkIsFull = !this.#sink.write(bytes);
  }

  #steerSource(): void {
    if (this.#held || this.#queuedBytes >= this.#way.lane.queueBytes) this.#source.pause();
    else this.#source.resume();
  }
}
