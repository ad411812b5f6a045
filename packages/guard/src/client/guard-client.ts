import type { Readable, Writable } from 'node:stream';
import { isErrorCode, monotonicMs, OrdealError, type Timing, waitFor } from '@ordeal/core';
import { createLineReader, writeLine } from '../lines.ts';
import {
  type Answer,
  type AnswerLine,
  type Body,
  type GuardEvent,
  PROTOCOL_VERSION,
  parseGuardLine,
  type Recovered,
  VERBS,
  type Verb,
} from '../protocol.ts';
import { type AskOptions, PendingAsks } from './pending-asks.ts';
import { Silence } from './silence.ts';

const SILENCE_CHECK_MS = 250;
/** What a guard may take for its exit beyond the undo. */
const EXIT_SLACK_MS = 2_000;
const CLOSED_BY_US = 'the worker closed the line';

/** The worker's end of the line to its guard. */
export interface GuardClient {
  readonly guard: string;
  /** Of the guard's life: a process's pid and start, or a container's id and start. */
  readonly identity: string;
  /** What dead guards had left, and this one removed before it took work. */
  readonly recovered: readonly Recovered[];
  /** Where people read what the guard wrote: a path, or a command. Gone after a clean exit. */
  readonly logAt: string;
  /** The guard's clock as last told, and when that was on ours. */
  readonly lastTick: Tick;
  readonly isClosed: boolean;
  /** Resolves with the reason when the line broke, the guard exited, or said nothing for a whole lease. Never rejects. */
  readonly closed: Promise<string>;
  /**
   * @throws OrdealError the guard's own (GUARD_REFUSED, TARGET_FAILED, ...); GUARD_LOST when the line is closed;
   * DEADLINE when no answer came in time. The signal's reason when aborted: the guard goes on with what it was
   * asked, and only `remove` cuts it short.
   */
  ask<V extends Verb>(verb: V, body: Body<V>, options: AskOptions): Promise<Answer<V>>;
  /** Calls back for each event, in order; returns the unsubscribe. */
  on(listener: (event: GuardEvent) => void): () => void;
  /** SIGKILL to that very guard; resolves when it is dead, so that a successor finds it so. */
  kill(): Promise<void>;
  /** Ends the line, which makes the guard undo everything and go; kills it when that takes too long. */
  close(): Promise<void>;
}

export interface Tick {
  readonly guardMs: number;
  readonly receivedAt: number;
}

export interface GuardLine {
  readonly input: Writable;
  readonly output: Readable;
  readonly identity: string;
  readonly logAt: string;
  readonly timing: Timing;
  /** Resolves with how the guard ended. */
  readonly exited: Promise<string>;
  isAlive(): Promise<boolean>;
  /** SIGKILL; resolves when it is dead. */
  kill(): Promise<void>;
  readonly log: (text: string) => void;
}

/** A client on a line that stands; whoever starts a guard makes both. */
export class LineGuardClient implements GuardClient {
  readonly closed: Promise<string>;
  readonly #line: GuardLine;
  readonly #asks = new PendingAsks();
  readonly #listeners = new Set<(event: GuardEvent) => void>();
  readonly #silence = new Silence(SILENCE_CHECK_MS, monotonicMs());
  readonly #watching: NodeJS.Timeout;
  readonly #resolveClosed: (reason: string) => void;
  #closedBecause: string | undefined;
  #isClosing = false;
  #lastTick: Tick | undefined;
  #hello: Answer<'hello'> | undefined;

  constructor(line: GuardLine) {
    this.#line = line;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    line.input.on('error', (error) => this.#end(`the line broke: ${error.message}`));
    line.output.on('error', (error) => this.#end(`the line broke: ${error.message}`));
    line.output.setEncoding('utf8');
    line.output.on(
      'data',
      createLineReader((text) => this.#read(text)),
    );
    // The exit says more than the end of output, which comes first.
    line.output.once('close', () => setTimeout(() => this.#end('the guard closed the line'), 200).unref());
    void line.exited.then((how) => this.#end(how));
    this.#watching = setInterval(() => this.#watchSilence(), SILENCE_CHECK_MS);
    this.#watching.unref();
  }

  /** Has to be called once, before anything else. */
  async hello(timeoutMs: number): Promise<void> {
    this.#hello = await this.ask('hello', {}, { timeoutMs });
  }

  get guard(): string {
    return this.#said().guard;
  }
  get recovered(): readonly Recovered[] {
    return this.#said().recovered;
  }
  get lastTick(): Tick {
    return this.#lastTick ?? { guardMs: this.#said().nowMs, receivedAt: monotonicMs() };
  }
  get identity(): string {
    return this.#line.identity;
  }
  get logAt(): string {
    return this.#line.logAt;
  }
  get isClosed(): boolean {
    return this.#closedBecause !== undefined;
  }

  async ask<V extends Verb>(verb: V, body: Body<V>, options: AskOptions): Promise<Answer<V>> {
    if (this.#closedBecause !== undefined) throw this.#lost(this.#closedBecause);
    const { id, answer } = this.#asks.open(verb, options);
    writeLine(this.#line.input, { v: PROTOCOL_VERSION, id, verb, body });
    return VERBS[verb].answer.parse(await answer) as Answer<V>;
  }

  on(listener: (event: GuardEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async kill(): Promise<void> {
    const killed = this.#line.kill();
    this.#end('the guard was killed');
    await killed;
  }

  async close(): Promise<void> {
    const { input, timing } = this.#line;
    this.#isClosing = true;
    input.end();
    try {
      await waitFor('the guard is gone', async () => ((await this.#line.isAlive()) ? undefined : true), {
        timeoutMs: timing.undoMs + EXIT_SLACK_MS,
      });
    } catch {
      // One that still ticks is removing: an engine takes its time, and a guard that is killed leaves it to the next sweep.
      if (monotonicMs() - this.lastTick.receivedAt > EXIT_SLACK_MS) await this.kill();
    }
    this.#end(CLOSED_BY_US);
  }

  #said(): Answer<'hello'> {
    if (this.#hello === undefined) throw new OrdealError('INTERNAL', 'the guard has not said hello yet');
    return this.#hello;
  }

  #read(text: string | undefined): void {
    this.#silence.heard();
    const value = text === undefined ? undefined : parseJson(text);
    const line = parseGuardLine(value);
    if (line !== undefined && 'event' in line) this.#tell(line);
    else if (line !== undefined) this.#take(line);
    else this.#line.log(`the guard said what is not in the protocol: ${text?.slice(0, 200)}`);
  }

  #take(line: AnswerLine): void {
    if (line.ok) {
      this.#asks.answer(line.id, line.answer);
      return;
    }
    const { code, message } = line.error;
    this.#asks.fail(line.id, new OrdealError(isErrorCode(code) ? code : 'INTERNAL', message));
  }

  #tell(event: GuardEvent): void {
    if (event.event === 'tick') this.#lastTick = { guardMs: event.nowMs, receivedAt: monotonicMs() };
    for (const listener of [...this.#listeners]) listener(event);
  }

  #watchSilence(): void {
    const silentMs = this.#silence.check(monotonicMs());
    // Not before hello: a guard that first cleans up after its predecessor has its own deadline.
    if (this.#hello === undefined || silentMs < this.#line.timing.guardLeaseMs) return;
    this.#end(`the guard said nothing for ${Math.round(silentMs / 1000)} s`);
  }

  #end(reason: string): void {
    if (this.#closedBecause !== undefined) return;
    // How it then went is no reason: exit and end of output come in any order.
    this.#closedBecause = this.#isClosing ? CLOSED_BY_US : reason;
    clearInterval(this.#watching);
    // A guard that was only frozen finds its line closed when it wakes, and undoes.
    this.#line.input.destroy();
    this.#line.output.destroy();
    this.#asks.failAll(this.#lost(this.#closedBecause));
    this.#resolveClosed(this.#closedBecause);
  }

  #lost(reason: string): OrdealError {
    return new OrdealError('GUARD_LOST', `${reason} (its log: ${this.#line.logAt})`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
