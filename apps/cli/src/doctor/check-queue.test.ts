import type { RedisInspection } from '@ordeal/queue';
import { startTestRedis, whyNoTestRedis } from '@ordeal/queue/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkQueue, tellOfRedis } from './check-queue.ts';
import { emptySite, findingsOf, heard, problemsIn } from './testing-site.ts';

const look = (redisUrl: string | undefined) => findingsOf(checkQueue, emptySite({ redisUrl }));

describe.skipIf(whyNoTestRedis() !== undefined)('a real Redis', () => {
  it.each<[Record<string, string>, string[]]>([
    [{ appendonly: 'yes' }, []],
    [{ 'maxmemory-policy': 'allkeys-lru' }, ['queue.eviction', 'queue.persistence']],
    [{ save: '3600 1' }, ['queue.snapshots']],
    [{ appendonly: 'yes', 'cluster-enabled': 'yes' }, ['queue.cluster']],
    [{ appendonly: 'yes', maxmemory: '1kb' }, ['queue.memory']],
  ])('with %j', async (settings, problems) => {
    const redis = await startTestRedis(settings);
    onTestFinished(() => redis.stop());
    const findings = await look(redis.url);
    expect(problemsIn(findings)).toEqual(problems);
    expect(findings).toContainEqual(expect.objectContaining({ id: 'queue.version', level: 'ok' }));
  });
});

it.each([
  [undefined, []],
  ['localhost', ['queue.address']],
  ['redis://user:s3cret@127.0.0.1:1', ['queue.unreachable']],
])('at %s', async (redisUrl, problems) => {
  const findings = await look(redisUrl);
  expect(problemsIn(findings)).toEqual(problems);
  expect(JSON.stringify(findings)).not.toContain('s3cret');
});

describe('a Redis that cannot be had here', () => {
  const well: RedisInspection = {
    address: 'redis:6379',
    version: '7.2.4',
    evictionPolicy: 'noeviction',
    appendsToFile: true,
    savesSnapshots: true,
    failsToSave: false,
    isReplica: false,
    isCluster: false,
    usedBytes: 80,
    maxBytes: 100,
  };

  it.each<[Partial<RedisInspection>, string[]]>([
    [{}, []],
    [{ version: '6.2.0' }, []],
    [{ version: '6.0.16' }, ['version']],
    [{ version: '5.0.14' }, ['version']],
    [{ evictionPolicy: undefined }, ['eviction_unknown']],
    [{ appendsToFile: false, savesSnapshots: undefined }, ['persistence_unknown']],
    [{ appendsToFile: undefined, savesSnapshots: undefined }, ['persistence_unknown']],
    [{ failsToSave: true }, ['save_failing']],
    [{ isReplica: true }, ['replica']],
    [{ usedBytes: 81 }, ['memory']],
    [{ maxBytes: undefined }, []],
  ])('%j', (part, problems) => {
    expect(heard((say) => tellOfRedis({ ...well, ...part }, say)).problems).toEqual(problems);
  });
});
