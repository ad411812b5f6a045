import { describeError, OrdealError } from '@ordeal/core';
import { inspectRedis, type RedisInspection } from '@ordeal/queue';
import { defineCheck, type Say } from './check.ts';

const ANSWER_WITHIN_MS = 5_000;
/** What BullMQ recommends at least. */
const OLDEST = '6.2';
const MEMORY_WARNING_SHARE = 0.8;

const problems = {
  address: {
    level: 'error',
    means: 'REDIS_URL is set, and is no address of a Redis: every command that needs the queue refuses.',
    advice: 'Write it as redis://user:password@host:port, or unset it to keep the queue in Postgres.',
  },
  unreachable: {
    level: 'error',
    isOutage: true,
    means:
      'No job can be queued or taken. Running trials finish and are recorded; nothing in Postgres is lost.',
    advice:
      'See that Redis runs, that this machine may reach it, and that user and password in REDIS_URL are right.',
  },
  version: {
    level: 'error',
    means: `The queue needs Redis ${OLDEST} or newer.`,
    advice: 'Upgrade Redis, or unset REDIS_URL to keep the queue in Postgres.',
  },
  eviction: {
    level: 'error',
    means:
      'When memory is short, Redis throws keys away: jobs vanish, and locks with them. Workers put vanished jobs back, trials start late.',
    advice: 'Set `maxmemory-policy noeviction`.',
  },
  eviction_unknown: {
    level: 'warning',
    means:
      'The server does not tell its eviction policy. Any but noeviction throws jobs away when memory is short.',
    advice: "Look into your provider's settings for `maxmemory-policy noeviction`.",
  },
  persistence: {
    level: 'warning',
    means:
      'A restart of Redis empties the queue. Nothing is lost with it: workers build it again from Postgres within seconds, more for huge campaigns, and trials wait so long.',
    advice: 'Set `appendonly yes`.',
  },
  snapshots: {
    level: 'warning',
    means:
      'After a crash Redis comes back as it was at its last snapshot. Nothing is lost with it: jobs of trials that have ended since are dropped when taken, and missing ones are put back by workers.',
    advice: 'Set `appendonly yes`.',
  },
  persistence_unknown: {
    level: 'warning',
    means:
      'The append-only file is off, and the server does not tell whether it saves snapshots. Without either, a restart empties the queue, and workers build it again from Postgres.',
    advice: "Look into your provider's settings for persistence.",
  },
  save_failing: {
    level: 'error',
    means:
      'Its last write to disk failed. By default Redis then refuses every write, and no job can be queued.',
    advice: 'Free its disk, and look into its log.',
  },
  replica: {
    level: 'error',
    means: 'It is a replica, and takes no writes: no job can be queued.',
    advice: 'Let REDIS_URL name the primary.',
  },
  cluster: {
    level: 'error',
    means: 'It is a node of a Redis Cluster, which spreads keys that the queue needs in one place.',
    advice: 'Use a Redis that is not clustered.',
  },
  memory: {
    level: 'warning',
    means: 'At its limit Redis refuses writes, and no job can be queued. A waiting trial takes about 1 KB.',
    advice: 'Raise maxmemory, or cancel campaigns that nobody needs.',
  },
} as const;

/** Where the queue lives, and whether it can be trusted there. */
export const checkQueue = defineCheck({
  name: 'queue',
  title: 'Queue',
  problems,
  async look({ redisUrl }, say) {
    try {
      if (redisUrl === undefined) say.ok('server', 'in Postgres: REDIS_URL is not set');
      else tellOfRedis(await inspectRedis(redisUrl, { timeoutMs: ANSWER_WITHIN_MS }), say);
    } catch (error) {
      if (!(error instanceof OrdealError)) throw error;
      if (error.code === 'BAD_INPUT') say.problem('address', error.message);
      else say.problem('unreachable', describeError(error));
    }
  },
});

/** What a Redis that answers means for the queue. */
export function tellOfRedis(redis: RedisInspection, say: Say<keyof typeof problems>): void {
  say.ok('server', `Redis at ${redis.address}`);
  if (isOlder(redis.version, OLDEST)) say.problem('version', `Redis ${redis.version}`);
  else say.ok('version', `Redis ${redis.version}`);
  if (redis.isReplica) say.problem('replica', 'it is a replica');
  if (redis.isCluster) say.problem('cluster', 'it is a node of a cluster');
  const policy = redis.evictionPolicy;
  if (policy === undefined) say.problem('eviction_unknown', 'its eviction policy is unknown');
  else if (policy !== 'noeviction') say.problem('eviction', `maxmemory-policy is ${policy}`);
  else say.ok('eviction', 'maxmemory-policy is noeviction');
  tellOfPersistence(redis, say);
  const { usedBytes, maxBytes } = redis;
  if (usedBytes !== undefined && maxBytes !== undefined && usedBytes > maxBytes * MEMORY_WARNING_SHARE) {
    say.problem('memory', `${Math.round((100 * usedBytes) / maxBytes)} % of its memory is used`);
  }
}

function tellOfPersistence(redis: RedisInspection, say: Say<keyof typeof problems>): void {
  if (redis.failsToSave) say.problem('save_failing', 'it fails to write to disk');
  if (redis.appendsToFile) say.ok('persistence', 'every write goes to its append-only file');
  else if (redis.savesSnapshots) say.problem('snapshots', 'it saves snapshots only');
  else if (redis.savesSnapshots === false) say.problem('persistence', 'it keeps nothing on disk');
  else say.problem('persistence_unknown', 'whether it keeps anything on disk is unknown');
}

function isOlder(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
