import { OrdealError, within } from '@ordeal/core';
import type { Queue } from 'bullmq';
import type { Backend, TrialQueue } from './backend.ts';
import { CampaignConsumer } from './consumer.ts';
import { jobId, queueName, trialOfJob } from './names.ts';
import { openPostgresBackend } from './postgres.ts';
import {
  type Consumer,
  type Disposition,
  JOB_STATES,
  type JobQueues,
  type JobRef,
  type JobState,
  type TakenJob,
  type Throttle,
  type TrialJob,
} from './queue.ts';
import { openRedisBackend } from './redis.ts';

/** Jobs in one call: about 20,000 jobs/s on Redis; more a call is not faster, and blocks others longer. */
const BULK = 1_000;
/** Removals under way at once. */
const REMOVE_AT_ONCE = 50;
/** A request that takes longer is given up: its caller can repeat it. */
const REQUEST_MS = 30_000;
/** On Redis, a queue that is new during an outage would wait for its end. */
const READY_MS = 5_000;
const CLOSE_MS = 3_000;

/** The Postgres backend counts a paused queue's waiting jobs under this state, which is in no type of BullMQ's. */
const WAITING_IN_A_PAUSED_QUEUE = 'paused' as 'wait';

export interface QueueOptions {
  /** Redis to use; undefined: BullMQ's Postgres backend in the database at `databaseUrl`. */
  readonly redisUrl?: string | undefined;
  readonly databaseUrl: string;
  /** Start of every Redis key. Installations that share a Redis need different ones. Default `ordeal`. */
  readonly prefix?: string | undefined;
  /** Schema of the Postgres backend. Default `bullmq`. */
  readonly schema?: string | undefined;
  /** Never consumes: fewer connections. Default false. */
  readonly producerOnly?: boolean | undefined;
}

/** The queues with what a dashboard needs beside. */
export interface CampaignQueues extends JobQueues {
  /** BullMQ's own object for the campaign's queue, for Bull Board. It is shared: do not close it. */
  boardQueue(campaignId: string): Queue;
  /** The error for a person when one of BullMQ's own objects failed because the server is away; else undefined. */
  outage(error: unknown): OrdealError | undefined;
}

/**
 * Connects to the queues: Redis when there is a URL, else Postgres. Creates what BullMQ needs there.
 *
 * @example
 * const queues = await openQueues({ redisUrl: process.env.REDIS_URL, databaseUrl });
 * await reconcile(store, queues, campaign.id);
 *
 * @throws OrdealError REDIS_UNAVAILABLE or POSTGRES_UNAVAILABLE within about ten seconds; BAD_INPUT for a bad URL.
 */
export async function openQueues(options: QueueOptions): Promise<CampaignQueues> {
  const producerOnly = options.producerOnly ?? false;
  const backend = options.redisUrl
    ? await openRedisBackend(options.redisUrl, options.prefix ?? 'ordeal')
    : await openPostgresBackend(options.databaseUrl, { schema: options.schema ?? 'bullmq', producerOnly });
  return new Queues(backend, producerOnly);
}

class Queues implements CampaignQueues {
  readonly #backend: Backend;
  readonly #producerOnly: boolean;
  readonly #queues = new Map<string, TrialQueue>();
  readonly #consumers = new Set<Consumer>();

  constructor(backend: Backend, producerOnly: boolean) {
    this.#backend = backend;
    this.#producerOnly = producerOnly;
  }

  get backend(): 'redis' | 'postgres' {
    return this.#backend.kind;
  }

  async addTrials(campaignId: string, jobs: readonly TrialJob[]): Promise<void> {
    for (let from = 0; from < jobs.length; from += BULK) {
      const bulk = jobs.slice(from, from + BULK).map((job) => ({
        name: job.key,
        data: { trialId: job.trialId, generation: job.generation },
        opts: { jobId: jobId(job.trialId, job.generation) },
      }));
      await this.#request(campaignId, (queue) => queue.addBulk(bulk));
    }
  }

  async ensureTrials(campaignId: string, pages: AsyncIterable<readonly TrialJob[]>): Promise<void> {
    // Before the first page is read: a job found finished here was so before its trial was seen pending.
    const finished = await this.#request(
      campaignId,
      async (queue) => new Set((await queue.getBackend().getRanges(['completed', 'failed'], 0, -1)).flat()),
    );
    for await (const page of pages) {
      const stale = page.map((job) => jobId(job.trialId, job.generation)).filter((id) => finished.has(id));
      for (let from = 0; from < stale.length; from += REMOVE_AT_ONCE) {
        const ids = stale.slice(from, from + REMOVE_AT_ONCE);
        // A job that was taken meanwhile is locked, and stays.
        await this.#request(campaignId, (queue) => Promise.all(ids.map((id) => queue.remove(id))));
      }
      await this.addTrials(campaignId, page);
    }
  }

  async heldJobs(campaignId: string): Promise<readonly JobRef[]> {
    const jobs = await this.#request(campaignId, (queue) => queue.getBackend().getRanges(['active'], 0, -1));
    return jobs.flat().flatMap((id) => trialOfJob(id) ?? []);
  }

  async takeBack(campaignId: string, { trialId, generation }: JobRef): Promise<void> {
    // Without a token it asks for no lock.
    await this.#request(campaignId, (queue) =>
      queue.getBackend().moveJobFromActiveToWait(jobId(trialId, generation)),
    );
  }

  async setParallel(campaignId: string, parallel: number): Promise<void> {
    await this.#request(campaignId, (queue) => queue.setGlobalConcurrency(parallel));
  }

  async throttle(campaignId: string): Promise<Throttle> {
    const { concurrency, paused, max } = await this.#request(campaignId, (queue) => queue.getMeta());
    return { parallel: concurrency ?? null, paused: paused === true, rateLimited: max !== undefined };
  }

  async setPaused(campaignId: string, paused: boolean): Promise<void> {
    await this.#request(campaignId, (queue) => (paused ? queue.pause() : queue.resume()));
  }

  async liftRateLimit(campaignId: string): Promise<void> {
    await this.#request(campaignId, (queue) => queue.removeGlobalRateLimit());
  }

  cutDownTimesAhead(campaignId: string): Promise<number> {
    return this.#request(campaignId, (queue) => this.#backend.cutDownTimesAhead(queue));
  }

  async counts(campaignId: string): Promise<Readonly<Record<JobState, number>>> {
    const counts = await this.#request(campaignId, (queue) =>
      queue.getJobCounts(...JOB_STATES, WAITING_IN_A_PAUSED_QUEUE),
    );
    const paused = counts[WAITING_IN_A_PAUSED_QUEUE] ?? 0;
    const entries = JOB_STATES.map((state) => [state, counts[state] ?? 0]);
    const counted = Object.fromEntries(entries) as Record<JobState, number>;
    return { ...counted, waiting: counted.waiting + paused };
  }

  async dropWaiting(campaignId: string): Promise<void> {
    await this.#request(campaignId, (queue) => queue.drain(true));
  }

  consume(
    campaignId: string,
    handler: (job: TakenJob, signal: AbortSignal) => Promise<Disposition>,
    onProblem: (error: Error) => void,
  ): Consumer {
    if (this.#producerOnly) throw new TypeError('These queues were opened with producerOnly');
    const consumer = new CampaignConsumer(this.#backend, campaignId, handler, onProblem, () =>
      this.#consumers.delete(consumer),
    );
    this.#consumers.add(consumer);
    return consumer;
  }

  boardQueue(campaignId: string): Queue {
    return this.#queue(campaignId) as unknown as Queue;
  }

  outage(error: unknown): OrdealError | undefined {
    return error instanceof OrdealError ? undefined : this.#backend.unreachable(error);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close(CLOSE_MS)));
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    await Promise.all(queues.map((queue) => within(queue.close(), CLOSE_MS, 'close').catch(() => {})));
    await this.#backend.close(CLOSE_MS);
  }

  #queue(campaignId: string): TrialQueue {
    const known = this.#queues.get(campaignId);
    if (known !== undefined) return known;
    const queue = this.#backend.openQueue(queueName(campaignId));
    // Each request rejects on its own; an `error` event without a listener would end the process.
    queue.on('error', () => {});
    this.#queues.set(campaignId, queue);
    // BullMQ tries to connect once; a queue that was opened during an outage would never work.
    queue.waitUntilReady().catch(async () => {
      if (this.#queues.get(campaignId) === queue) this.#queues.delete(campaignId);
      await queue.close().catch(() => {});
    });
    return queue;
  }

  async #request<T>(campaignId: string, ask: (queue: TrialQueue) => Promise<T>): Promise<T> {
    const queue = this.#queue(campaignId);
    try {
      await within(queue.waitUntilReady(), READY_MS, `connecting to ${queue.name}`);
      return await within(ask(queue), REQUEST_MS, `a request to ${queue.name}`);
    } catch (error) {
      throw this.#backend.unreachable(error) ?? error;
    }
  }
}
