import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Campaign, Trial } from '@ordeal/store';
import { openTestStore, sampleCampaign, sampleTrials, type TestStore } from '@ordeal/store/testing';
import { beforeAll, beforeEach, describe, expect, onTestFinished } from 'vitest';
import { type CampaignQueues, openQueues, type QueueOptions } from './open.ts';
import type { Consumer, Disposition, TakenJob, TrialJob } from './queue.ts';
import { startTestRedis, type TestRedis, whyNoTestRedis } from './testing.ts';

/** For what takes milliseconds on an idle machine. */
export const SOON = { timeout: 10_000, interval: 20 };

/** Runs the same tests on both backends; without redis-server, on one, and says so. */
export function onBothBackends(tests: (bench: QueueBench) => void): void {
  const noRedis = whyNoTestRedis();
  const name = noRedis === undefined ? 'redis' : `redis (skipped: ${noRedis})`;
  describe.skipIf(noRedis !== undefined)(name, () => {
    const bench = new QueueBench();
    bench.prepare('redis');
    tests(bench);
  });
  describe('postgres', () => {
    const bench = new QueueBench();
    bench.prepare('postgres');
    tests(bench);
  });
}

/** Queues, a store, and for each test a new campaign of six trials, two at a time. */
export class QueueBench {
  options!: QueueOptions;
  queues!: CampaignQueues;
  store!: TestStore;
  campaign!: Campaign;
  trials!: readonly Trial[];
  #redis: TestRedis | undefined;

  prepare(backend: 'redis' | 'postgres'): void {
    beforeAll(async () => {
      const store = await openTestStore();
      this.store = store;
      const redis = backend === 'redis' ? await startTestRedis() : undefined;
      this.#redis = redis;
      this.options = {
        redisUrl: redis?.url,
        prefix: redis?.prefix,
        databaseUrl: store.databaseUrl,
        schema: `bullmq_${randomBytes(6).toString('hex')}`,
      };
      this.queues = await openQueues(this.options);
      return async () => {
        await this.queues.close();
        await redis?.stop();
        await store.close();
      };
    });
    beforeEach(() => this.newCampaign(6, 2));
  }

  async newCampaign(trialCount: number, parallel: number): Promise<void> {
    this.campaign = await this.store.createCampaign(sampleCampaign({ parallel }), sampleTrials(trialCount));
    this.trials = await this.store.listTrials(this.campaign.id, { limit: trialCount });
  }

  /** What a lost queue looks like. */
  async loseEverything(): Promise<void> {
    const { schema } = this.options;
    if (this.#redis !== undefined) await this.#redis.wipe();
    else await this.store.query(`TRUNCATE ${schema}.job, ${schema}.meta CASCADE`);
  }

  /** What the queues look like when the clock has been set back by so much. */
  async setClockBack(byMs: number): Promise<void> {
    const { schema } = this.options;
    if (this.#redis !== undefined) return this.#redis.setClockBack(byMs);
    await this.store.query(`update ${schema}.job
      set process_at_ms = process_at_ms + ${byMs}, locked_until_ms = locked_until_ms + ${byMs}`);
    await this.store.query(`update ${schema}.meta set value = (value::bigint + ${byMs})::text
      where field = 'stalled-check'`);
  }

  idOf(index: number): string {
    const trial = this.trials[index];
    if (trial === undefined) throw new RangeError(`no trial ${index}`);
    return trial.id;
  }

  /** Adds the jobs of the trials at these positions. */
  async add(...indexes: number[]): Promise<void> {
    const jobs = indexes.map(
      (index): TrialJob => ({ trialId: this.idOf(index), key: `postgres/latency#${index}`, generation: 0 }),
    );
    await this.queues.addTrials(this.campaign.id, jobs);
  }

  /** A consumer that is closed after the test; problems fail the test unless they are asked for. */
  consume(
    handler: (job: TakenJob, signal: AbortSignal) => Promise<Disposition> | Disposition,
    more: { from?: CampaignQueues; problems?: Error[] } = {},
  ): Consumer {
    const problems: Error[] = [];
    const consumer = (more.from ?? this.queues).consume(
      this.campaign.id,
      async (job, signal) => await handler(job, signal),
      (error) => (more.problems ?? problems).push(error),
    );
    onTestFinished(async () => {
      await consumer.close(2_000);
      expect(problems).toEqual([]);
    });
    return consumer;
  }

  /** Another process, to be killed by the test, that takes so many jobs, tells each on a line, and ends none. */
  async startConsumer(
    concurrency: number,
  ): Promise<ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> }> {
    const script = fileURLToPath(new URL('./testing-consumer.ts', import.meta.url));
    const args = [script, JSON.stringify(this.options), this.campaign.id, String(concurrency)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'spawn');
    return child;
  }

  async countsBecome(expected: Record<string, number>, timeoutMs = SOON.timeout): Promise<void> {
    await expect
      .poll(() => this.queues.counts(this.campaign.id), { timeout: timeoutMs, interval: 50 })
      .toMatchObject(expected);
  }

  async failedJob() {
    return (await this.queues.boardQueue(this.campaign.id).getFailed())[0];
  }

  /** Names of the waiting jobs, the next one first. */
  async waiting(): Promise<string[]> {
    const jobs = await this.queues.boardQueue(this.campaign.id).getWaiting();
    return jobs.map((job) => job.name);
  }
}
