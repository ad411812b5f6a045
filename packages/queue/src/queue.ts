/** What the rest of Ordeal knows of the job queue; only this package imports bullmq. */

/** A trial as the queue knows it: ids only. */
export interface TrialJob {
  readonly trialId: string;
  /** Shown in Bull Board. */
  readonly key: string;
  readonly generation: number;
}

/** Which job: a retried trial gets a new one. */
export type JobRef = Pick<TrialJob, 'trialId' | 'generation'>;

/** A job in the hands of a worker. */
export interface TakenJob {
  readonly trialId: string;
  /** A person pressed retry on a failed job; a redelivery after a crash is not one. */
  readonly retriedByPerson: boolean;
}

/** What a handler wants done with its job. */
export type Disposition =
  /** The trial needs no job any more. */
  | { readonly kind: 'done' }
  /** The trial has failed: the job stands in the failed set with this reason, where a person can press retry. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Not now: delivered again after `delayMs`, or after a minute if that is sooner. */
  | { readonly kind: 'later'; readonly delayMs: number }
  /** The worker stops: to the head of the queue, unspent. As a refusal it would starve everyone. */
  | { readonly kind: 'give_back' };

/** What holds a queue back. */
export interface Throttle {
  /** Jobs active at once over all workers; null: no bound, as in a queue that was lost. */
  readonly parallel: number | null;
  readonly paused: boolean;
  readonly rateLimited: boolean;
}

/** Where a job can stand. `prioritized`: it waits, with a priority that a person gave it. */
export const JOB_STATES = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Both backends behind one face: Redis when there is a URL, else BullMQ's Postgres backend. */
export interface JobQueues {
  readonly backend: 'redis' | 'postgres';
  /** Adds jobs; ids that exist are left alone, so it can be repeated. */
  addTrials(campaignId: string, jobs: readonly TrialJob[]): Promise<void>;
  /**
   * Gives every trial of the pages, all of them pending, a job that will be delivered: adds what is missing, and
   * replaces a job of that id that was left over as completed or failed. The pages are read one by one.
   */
  ensureTrials(campaignId: string, pages: AsyncIterable<readonly TrialJob[]>): Promise<void>;
  /** What holds the queue back now; anybody may have turned it. */
  throttle(campaignId: string): Promise<Throttle>;
  /** The jobs that somebody holds, be it a dead worker. */
  heldJobs(campaignId: string): Promise<readonly JobRef[]>;
  /**
   * Takes a job from whoever holds it, to be delivered at once; what nobody holds stays as it is. A living worker that was
   * about to run it has asked Postgres, or will, and so will the next one.
   */
  takeBack(campaignId: string, job: JobRef): Promise<void>;
  /** The cap over all workers; has to be set again after the queue was lost. */
  setParallel(campaignId: string, parallel: number): Promise<void>;
  /** Natively, so that every board shows it. Jobs in hand go on. */
  setPaused(campaignId: string, paused: boolean): Promise<void>;
  /** Takes off a rate limit that somebody has set: Ordeal has none. */
  liftRateLimit(campaignId: string): Promise<void>;
  /**
   * Cuts down what was written before the wall clock was set back, and would keep trials waiting until it has caught up.
   * @returns how much there was
   */
  cutDownTimesAhead(campaignId: string): Promise<number>;
  counts(campaignId: string): Promise<Readonly<Record<JobState, number>>>;
  /** Drops all jobs that no worker holds: for cancelled campaigns. */
  dropWaiting(campaignId: string): Promise<void>;
  /** Takes jobs of one campaign; starts paused at `concurrency: 0`. */
  consume(
    campaignId: string,
    handler: (job: TakenJob, signal: AbortSignal) => Promise<Disposition>,
    onProblem: (error: Error) => void,
  ): Consumer;
  close(): Promise<void>;
}

export interface Consumer {
  /** How many jobs it may hold at once; 0 pauses it. Lowering interrupts nothing. */
  setConcurrency(concurrency: number): void;
  /** Jobs in hand. */
  readonly held: number;
  /** Jobs taken since it was opened. */
  readonly taken: number;
  /** Takes no new job; resolves when those in hand have been disposed of, or at the deadline. */
  close(timeoutMs: number): Promise<void>;
}
