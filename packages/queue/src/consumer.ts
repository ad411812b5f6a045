import { waitFor, within } from '@ordeal/core';
import type { Backend, TrialWorker } from './backend.ts';
import { queueName } from './names.ts';
import { createProcessor } from './processor.ts';
import type { Consumer, Disposition, TakenJob } from './queue.ts';
import { rarely } from './rarely.ts';

/** What a handler gets after its signal has fired at the deadline of `close`, to give its job back. */
const LAST_CHANCE_MS = 500;
/** After a failure to connect. */
const REOPEN_MS = 1_000;
/** How long a BullMQ Worker may take to let go of its connections. */
const RELEASE_MS = 3_000;

/**
 * Takes the jobs of one campaign. A BullMQ Worker, with its connections, exists only while there is something to
 * take or in hand: a paused consumer holds nothing.
 */
export class CampaignConsumer implements Consumer {
  readonly #backend: Backend;
  readonly #campaignId: string;
  readonly #handler: (job: TakenJob, signal: AbortSignal) => Promise<Disposition>;
  readonly #onProblem: (error: Error) => void;
  readonly #onClosed: () => void;
  readonly #releasing = new Set<Promise<void>>();
  #worker: TrialWorker | undefined;
  #concurrency = 0;
  #held = 0;
  #taken = 0;
  #closing: Promise<void> | undefined;

  constructor(
    backend: Backend,
    campaignId: string,
    handler: (job: TakenJob, signal: AbortSignal) => Promise<Disposition>,
    onProblem: (error: Error) => void,
    onClosed: () => void,
  ) {
    this.#backend = backend;
    this.#campaignId = campaignId;
    this.#handler = handler;
    this.#onProblem = rarely(onProblem);
    this.#onClosed = onClosed;
  }

  get held(): number {
    return this.#held;
  }

  get taken(): number {
    return this.#taken;
  }

  setConcurrency(concurrency: number): void {
    if (!Number.isInteger(concurrency) || concurrency < 0) {
      throw new RangeError(`concurrency must be an integer >= 0, not ${concurrency}`);
    }
    if (this.#closing !== undefined) return;
    const before = this.#concurrency;
    this.#concurrency = concurrency;
    if (concurrency === 0) {
      this.#rest();
    } else if (this.#worker === undefined) {
      this.#worker = this.#openWorker(concurrency);
    } else {
      this.#worker.concurrency = concurrency;
      if (concurrency > before) this.#wake(this.#worker);
    }
  }

  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#concurrency = 0;
    const worker = this.#worker;
    this.#rest();
    if (!(await this.#emptied(timeoutMs)) && worker !== undefined) {
      worker.cancelAllJobs('the consumer was closed');
      await this.#emptied(LAST_CHANCE_MS);
      // Emptied: `#rest` has released it.
      if (this.#worker === worker) this.#release(worker, true);
    }
    await Promise.all(this.#releasing);
    this.#onClosed();
  }

  #emptied(timeoutMs: number): Promise<boolean> {
    return waitFor('jobs in hand', () => this.#held === 0 || undefined, { timeoutMs, everyMs: 20 }).catch(
      () => false,
    );
  }

  #openWorker(concurrency: number): TrialWorker {
    const processor = createProcessor({
      handler: this.#handler,
      onProblem: this.#onProblem,
      // `pause` and a lowered concurrency do not call back a fetch that is under way.
      mayTake: () => this.#worker === worker && this.#held < this.#concurrency,
      onHeld: (change) => {
        this.#held += change;
        if (change > 0) this.#taken += 1;
        if (this.#concurrency === 0) this.#rest();
      },
    });
    const worker = this.#backend.openWorker(queueName(this.#campaignId), processor, concurrency);
    worker.on('error', this.#onProblem);
    // BullMQ tries to connect once; a Worker that was opened during an outage would never work.
    worker.waitUntilReady().catch((error: Error) => {
      if (this.#worker !== worker) return;
      this.#onProblem(error);
      this.#worker = undefined;
      this.#release(worker, true);
      setTimeout(() => {
        if (this.#worker === undefined) this.setConcurrency(this.#concurrency);
      }, REOPEN_MS).unref();
    });
    return worker;
  }

  /** Takes nothing more; lets go of the Worker when nothing is in hand. */
  #rest(): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    if (!worker.isPaused()) worker.pause(true).catch(this.#onProblem);
    if (this.#held > 0) return;
    this.#worker = undefined;
    this.#release(worker, false);
  }

  /**
   * A busy Worker sees a higher concurrency only when one of its jobs ends; `resume` makes it look at once. In
   * one tick, so that its main loop never finds itself paused.
   */
  #wake(worker: TrialWorker): void {
    if (!worker.isPaused()) worker.pause(true).catch(this.#onProblem);
    void worker.resume();
  }

  #release(worker: TrialWorker, force: boolean): void {
    const released = within(worker.close(force), RELEASE_MS, `closing the worker of ${worker.name}`)
      .catch(this.#onProblem)
      .finally(() => this.#releasing.delete(released));
    this.#releasing.add(released);
  }
}
