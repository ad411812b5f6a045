import type { OrdealError } from '@ordeal/core';
import type { Processor, Queue, Worker } from 'bullmq';

/** What a job carries: ids only, Postgres knows the rest. */
export interface TrialJobData {
  readonly trialId: string;
  readonly generation: number;
  /** Stalls counted when the job failed, so that a later stall can be told from a retry by a person. */
  readonly stalls?: number;
}

export type TrialQueue = Queue<TrialJobData, null, string>;
export type TrialWorker = Worker<TrialJobData, null, string>;
export type TrialProcessor = Processor<TrialJobData, null, string>;

/** Where BullMQ keeps its queues; owns all connections. */
export interface Backend {
  readonly kind: 'redis' | 'postgres';
  openQueue(name: string): TrialQueue;
  /** A running Worker. `close` it before the backend; its connections go with it. */
  openWorker(name: string, processor: TrialProcessor, concurrency: number): TrialWorker;
  /**
   * BullMQ goes by the wall clock. What stands further ahead than it is ever put was written before that was set back,
   * and would keep trials waiting until it has caught up: jobs put off, the locks of a dead worker's jobs, and the next
   * look for those. Each is cut down to now. A living worker's locks are among them, for BullMQ does not renew those
   * either: the claim refuses what comes a second time.
   * @returns how many there were
   */
  cutDownTimesAhead(queue: TrialQueue): Promise<number>;
  /** The error for a person when `error` means that the server cannot be reached; else undefined. */
  unreachable(error: unknown): OrdealError | undefined;
  /** Ends every connection, by force at the deadline. */
  close(timeoutMs: number): Promise<void>;
}

/** Options of every Queue. */
export const QUEUE_OPTIONS = {
  defaultJobOptions: {
    // Whether a trial runs again is decided in Postgres.
    attempts: 1,
    // A failed trial's reason says what happened; the stack would be that of the code that reports it.
    stackTraceLimit: 0,
    // Enough to look at in Bull Board; about 1 KB each.
    removeOnComplete: { count: 1_000 },
    // A kept failed job is what a person presses retry on; beyond this many, `ordeal retry` still works.
    removeOnFail: { count: 10_000 },
  },
  // Nobody reads the event stream; 10,000 by default.
  streams: { events: { maxLen: 1_000 } },
} as const;

/** Options of every Worker. */
export const WORKER_OPTIONS = {
  // Renewed every 5 s. Lower: a busy event loop loses its locks. Higher: a dead worker's jobs come again later.
  lockDuration: 10_000,
  // All workers of a queue share one clock for this check, so up to two intervals go by after a lock has expired:
  // with 2.5 s a dead worker's jobs come again 5 to 15 s after its death; with 5 s, 15.5 s were seen.
  stalledInterval: 2_500,
  // BullMQ would fail the job for good without asking anyone; Postgres counts losses.
  maxStalledCount: 1_000_000,
  // Neither backend wakes an idle worker when a slot under the global cap becomes free: this bounds the wait.
  drainDelay: 2,
  runRetryDelay: 1_000,
} as const;

/**
 * For no longer is a job put off; then it is looked at again. Lower: each trial in a long backoff costs more claims. Higher:
 * a clock that is set back can put a trial off by more.
 */
export const LONGEST_DELAY_MS = 60_000;

/** Clocks are corrected by small steps all the time, and those of two machines differ: no clock was set back for that. */
export const CLOCK_TOLERANCE_MS = 2_000;

/** Longest sleep of an idle worker, in seconds, even if the next delayed job is far: see `drainDelay`. */
export const MAX_BLOCK_SECONDS = 2;
