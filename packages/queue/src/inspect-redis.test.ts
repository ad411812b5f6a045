import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectRedis } from './inspect-redis.ts';
import { startTestRedis, type TestRedis, whyNoTestRedis } from './testing.ts';

const QUICK = { timeoutMs: 5_000 };

describe.skipIf(whyNoTestRedis() !== undefined)('a Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startTestRedis({ appendonly: 'yes', save: '60 1000', maxmemory: '64mb' });
    return () => redis.stop();
  });

  it('that is well tells all that matters', async () => {
    expect(await inspectRedis(redis.url, QUICK)).toEqual({
      address: new URL(redis.url).host,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      evictionPolicy: 'noeviction',
      appendsToFile: true,
      savesSnapshots: true,
      failsToSave: false,
      isReplica: false,
      isCluster: false,
      usedBytes: expect.any(Number),
      maxBytes: 64 * 1024 * 1024,
    });
  });

  it('that forbids CONFIG, as managed ones do, leaves snapshots unknown', async () => {
    const admin = new Redis(redis.url);
    await admin.call('ACL', 'SETUSER', 'tenant', 'on', '>hers', '~*', '+@all', '-config');
    admin.disconnect();
    const url = new URL(redis.url);
    url.username = 'tenant';
    url.password = 'hers';
    expect(await inspectRedis(url.href, QUICK)).toMatchObject({
      evictionPolicy: 'noeviction',
      appendsToFile: true,
      savesSnapshots: undefined,
    });
    url.password = 's3cret';
    const refused = inspectRedis(url.href, QUICK);
    await expect(refused).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    await expect(refused).rejects.not.toThrow('s3cret');
  });

  it('that evicts, keeps nothing, and is a replica in a cluster', async () => {
    const bad = await startTestRedis({ 'maxmemory-policy': 'allkeys-lru', 'cluster-enabled': 'yes' });
    try {
      expect(await inspectRedis(bad.url, QUICK)).toMatchObject({
        evictionPolicy: 'allkeys-lru',
        appendsToFile: false,
        savesSnapshots: false,
        isReplica: false,
        isCluster: true,
        maxBytes: undefined,
      });
    } finally {
      await bad.stop();
    }
    const { hostname, port } = new URL(redis.url);
    const replica = await startTestRedis({ replicaof: `${hostname} ${port}` });
    try {
      expect(await inspectRedis(replica.url, QUICK)).toMatchObject({ isReplica: true });
    } finally {
      await replica.stop();
    }
  });
});

describe('no Redis', () => {
  it('that listens, or that answers in time: in one line, without credentials', async () => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    try {
      for (const [where, why] of [
        ['127.0.0.1:1', /ECONNREFUSED/],
        [`127.0.0.1:${port}`, /not within 0.5 s/],
      ] as const) {
        const error: unknown = await inspectRedis(`redis://user:s3cret@${where}`, { timeoutMs: 500 }).catch(
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({
          code: 'REDIS_UNAVAILABLE',
          message: `cannot use Redis at ${where}`,
          cause: { message: expect.stringMatching(why) },
        });
        expect(JSON.stringify(error)).not.toContain('s3cret');
      }
    } finally {
      silent.close();
    }
  });

  it('at what is no URL', async () => {
    await expect(inspectRedis('localhost', QUICK)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
