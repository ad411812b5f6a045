import { randomBytes } from 'node:crypto';
import { waitFor } from '@ordeal/core';
import { openTestStore } from '@ordeal/store/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openQueues } from './open.ts';
import { startTestRedis, whyNoTestRedis } from './testing.ts';
import { SOON } from './testing-bench.ts';

const noRedis = whyNoTestRedis();

describe('outages', () => {
  it('says in one line, soon and without credentials, that Redis is not there', async () => {
    const redisUrl = 'redis://user:hunter2@127.0.0.1:1';
    const error = await openQueues({ redisUrl, databaseUrl: '' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      message: 'Redis at 127.0.0.1:1 does not answer',
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
  });

  it('refuses a URL that is none', async () => {
    await expect(openQueues({ redisUrl: 'localhost', databaseUrl: '' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('says that Postgres is not there', async () => {
    await expect(openQueues({ databaseUrl: 'postgres://u:p@127.0.0.1:1/x' })).rejects.toMatchObject({
      code: 'POSTGRES_UNAVAILABLE',
    });
  });

  it('opens ten times at once on an empty database', async () => {
    const store = await openTestStore();
    onTestFinished(() => store.close());
    const schema = `bullmq_${randomBytes(6).toString('hex')}`;
    const all = await Promise.all(
      Array.from({ length: 10 }, () =>
        openQueues({ databaseUrl: store.databaseUrl, schema, producerOnly: true }),
      ),
    );
    await Promise.all(all.map((queues) => queues.close()));
  });

  it.skipIf(noRedis !== undefined || process.env.ORDEAL_TEST_REDIS_URL !== undefined)(
    'outlives Redis: fails fast while it is away, goes on afterwards',
    async () => {
      const redis = await startTestRedis();
      onTestFinished(() => redis.stop());
      const queues = await openQueues({ redisUrl: redis.url, prefix: redis.prefix, databaseUrl: '' });
      onTestFinished(() => queues.close());
      const problems: Error[] = [];
      const done: string[] = [];
      const consumer = queues.consume(
        '1',
        async (job) => {
          done.push(job.trialId);
          return { kind: 'done' };
        },
        (error) => problems.push(error),
      );
      consumer.setConcurrency(1);
      await queues.addTrials('1', [{ trialId: '1', key: 'a', generation: 0 }]);
      await expect.poll(() => done, SOON).toEqual(['1']);
      await redis.restart(async () => {
        await expect(queues.counts('1')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
        await expect(queues.counts('2')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
      });
      await waitFor(
        'Redis',
        () =>
          queues.counts('1').then(
            () => true,
            () => undefined,
          ),
        { timeoutMs: 5_000 },
      );
      await queues.addTrials('1', [{ trialId: '2', key: 'b', generation: 0 }]);
      await expect.poll(() => done, SOON).toEqual(['1', '2']);
      expect(problems.length).toBeLessThan(10);
    },
    30_000,
  );
});
