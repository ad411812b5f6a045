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

/** Longest sleep of an idle worker, in seconds, even if the next delayed job is far: see `drainDelay`. */
export const MAX_BLOCK_SECONDS = 2;
