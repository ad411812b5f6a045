import { freemem } from 'node:os';
import { describeError, type Runtime, type Subject } from '@ordeal/core';
import type { Execution } from './execution.ts';
import type { Body } from './protocol.ts';

/** After a start that failed; whatever the reason, it is not gone in a moment. */
const RETRY_MS = 10_000;
const MB = 2 ** 20;

interface Kind {
  readonly subject: Subject;
  readonly runtime: Runtime;
}

interface Waiting extends Kind {
  readonly execution: Execution;
}

interface ReadyAheadParts {
  readonly kindOf: (wanted: { subject: string; runtime: string }) => Kind;
  /** Registered with the guard like any execution, for a trial that there is not. */
  readonly open: () => Execution;
  readonly end: (execution: Execution, reason: string) => Promise<unknown>;
  readonly monotonicMs: () => number;
  readonly log: (text: string) => void;
}

/**
 * Instances that wait for a trial to come. Each belongs to an execution of nobody's, so that its lease, its journal and
 * its end are those of every other.
 */
export class ReadyAhead {
  readonly #parts: ReadyAheadParts;
  #waiting: Waiting[] = [];
  #asked: Body<'ahead'> = { wanted: [], keepFreeMb: 0 };
  #isMaking = false;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ReadyAheadParts) {
    this.#parts = parts;
  }

  /**
   * Has as many as are asked for from now on. What is too much goes when its lease runs out: the trial that takes it may
   * be on its way.
   */
  ask(asked: Body<'ahead'>): void {
    this.#asked = asked;
    const nowMs = this.#parts.monotonicMs();
    const left = new Map(asked.wanted.map((wanted) => [keyOf(wanted), wanted.count]));
    for (const waiting of this.#waiting) {
      const key = keyOf({ subject: waiting.subject.name, runtime: waiting.runtime.name });
      const room = left.get(key) ?? 0;
      left.set(key, room - 1);
      if (!waiting.execution.isFit) void this.#drop(waiting, 'it is no longer as it was made');
      else if (room > 0) waiting.execution.lease.renew(nowMs);
    }
    void this.#makeNext();
  }

  /** The one that has waited longest, or is being made: it is the caller's now. No other is made before it is asked for. */
  take({ subject, runtime }: Kind): Execution | undefined {
    const found = this.#waiting.find(
      (waiting) => waiting.subject === subject && waiting.runtime === runtime && waiting.execution.isFit,
    );
    if (found === undefined) return undefined;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== found);
    const taken = keyOf({ subject: subject.name, runtime: runtime.name });
    const wanted = this.#asked.wanted.map((each) =>
      keyOf(each) === taken ? { ...each, count: each.count - 1 } : each,
    );
    this.#asked = { ...this.#asked, wanted };
    return found.execution;
  }

  async #makeNext(): Promise<void> {
    const { kindOf, log, monotonicMs, open } = this.#parts;
    const next = this.#missing();
    if (next === undefined || this.#isMaking || monotonicMs() < this.#notBeforeMs) return;
    if (freemem() < this.#asked.keepFreeMb * MB) return;
    const waiting = { ...kindOf(next), execution: open() };
    this.#waiting.push(waiting);
    this.#isMaking = true;
    try {
      await waiting.execution.makeReady(waiting.subject, waiting.runtime);
    } catch (error) {
      this.#notBeforeMs = monotonicMs() + RETRY_MS;
      log(`${waiting.execution.label.instance} could not be made ready: ${describeError(error)}`);
      // Whoever it was given to meanwhile starts it again.
      if (this.#waiting.includes(waiting)) await this.#drop(waiting, 'it did not start');
    } finally {
      this.#isMaking = false;
    }
    void this.#makeNext();
  }

  #missing(): Body<'ahead'>['wanted'][number] | undefined {
    return this.#asked.wanted.find(({ subject, runtime, count }) => {
      const there = this.#waiting.filter(
        (waiting) => waiting.subject.name === subject && waiting.runtime.name === runtime,
      );
      return there.length < count;
    });
  }

  async #drop(waiting: Waiting, reason: string): Promise<void> {
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
    await this.#parts.end(waiting.execution, reason);
  }
}

function keyOf({ subject, runtime }: { subject: string; runtime: string }): string {
  return `${subject}/${runtime}`;
}
