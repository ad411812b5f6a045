import { deadlineSignal, OrdealError } from '@ordeal/core';
import type { Fence, GuardClient, GuardEvent } from '@ordeal/guard';

type OwnEvent = Extract<GuardEvent, { fence: Fence }>;

/**
 * The guard's events of one execution, in order. `until` hands them to a callback until it has an answer.
 * Nothing is lost between two calls: what arrives meanwhile waits.
 */
export class HealthFeed implements Disposable {
  readonly #waiting: OwnEvent[] = [];
  readonly #stopListening: () => void;
  #guardLost: string | undefined;
  #wake: () => void = () => {};

  constructor(guard: GuardClient, fence: Fence) {
    this.#stopListening = guard.on((event) => {
      if (!('fence' in event)) return;
      if (event.fence.trial !== fence.trial || event.fence.execution !== fence.execution) return;
      this.#waiting.push(event);
      this.#wake();
    });
    // Nothing is asked of the guard while its events are awaited: its death has to be heard here, too.
    void guard.closed.then((reason) => {
      this.#guardLost = reason;
      this.#wake();
    });
  }

  /**
   * @throws OrdealError INSTANCE_LOST when somebody took a part of it away; GUARD_REFUSED when the guard abandoned the execution; GUARD_LOST when it is gone; DEADLINE when nothing decided
   * within `timeoutMs`, which only happens when the guard has gone mute; the signal's reason when aborted.
   */
  async until<T>(
    decide: (event: OwnEvent) => T | undefined,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<T> {
    const signal = deadlineSignal(options.timeoutMs, options.signal);
    for (;;) {
      options.signal.throwIfAborted();
      if (this.#guardLost !== undefined) throw new OrdealError('GUARD_LOST', this.#guardLost);
      const event = this.#waiting.shift();
      if (event === undefined) {
        if (signal.aborted)
          throw new OrdealError('DEADLINE', 'the guard told nothing that decides the trial');
        await this.#next(signal);
        continue;
      }
      if (event.event === 'abandoned') {
        throw new OrdealError('GUARD_REFUSED', `the guard abandoned the execution: ${event.reason}`);
      }
      const decision = decide(event);
      if (decision !== undefined) return decision;
      if (event.event === 'note' && event.kind === 'node_lost') {
        throw new OrdealError('INSTANCE_LOST', `${event.data.node}: ${event.data.detail}`);
      }
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  [Symbol.dispose](): void {
    this.#stopListening();
    // The guard's promise keeps this object for as long as the guard lives: keep it small.
    this.#waiting.length = 0;
  }
}
