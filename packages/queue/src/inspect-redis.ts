import { describeError, OrdealError, within } from '@ordeal/core';
import { Redis } from 'ioredis';
import { redisAddress } from './redis.ts';

/** A Redis that answers, as it is. No password in it; undefined is what it does not tell us. */
export interface RedisInspection {
  /** `host:port` */
  readonly address: string;
  /** `7.2.4`: of Redis, or the version that a server of another make says it is compatible with. */
  readonly version: string;
  readonly evictionPolicy: string | undefined;
  /** Every write goes to the append-only file. */
  readonly appendsToFile: boolean | undefined;
  /** A snapshot is saved now and then. Managed servers may forbid the question. */
  readonly savesSnapshots: boolean | undefined;
  /** The last write to disk failed: Redis may then refuse all further writes. */
  readonly failsToSave: boolean;
  readonly isReplica: boolean;
  readonly isCluster: boolean;
  readonly usedBytes: number | undefined;
  /** Undefined also when there is no limit. */
  readonly maxBytes: number | undefined;
}

/**
 * Looks at the Redis of the URL. Reads only.
 * @throws OrdealError BAD_INPUT for a URL that is none; REDIS_UNAVAILABLE when Redis does not answer in time, or
 * refuses us
 */
export async function inspectRedis(
  redisUrl: string,
  options: { timeoutMs: number },
): Promise<RedisInspection> {
  const { timeoutMs } = options;
  const address = redisAddress(redisUrl);
  const client = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // It would wait until a server has loaded its data.
    enableReadyCheck: false,
  });
  let lastError: Error | undefined;
  client.on('error', (error: Error) => {
    lastError = error;
  });
  try {
    return await within(look(client, address), timeoutMs, 'looking at Redis');
  } catch (error) {
    throw new OrdealError('REDIS_UNAVAILABLE', `cannot use Redis at ${address}`, {
      cause: lastError ?? error,
    });
  } finally {
    client.disconnect();
  }
}

async function look(client: Redis, address: string): Promise<RedisInspection> {
  await client.connect();
  const told = infoOf(await client.info());
  const number = (name: string): number | undefined => {
    const value = Number(told.get(name));
    return told.has(name) && Number.isFinite(value) ? value : undefined;
  };
  const is = (name: string, value: string): boolean => told.get(name) === value;
  return {
    address,
    version: told.get('redis_version') ?? 'unknown',
    evictionPolicy: told.get('maxmemory_policy'),
    appendsToFile: told.has('aof_enabled') ? is('aof_enabled', '1') : undefined,
    savesSnapshots: await savesSnapshots(client),
    failsToSave: is('aof_last_write_status', 'err') || is('rdb_last_bgsave_status', 'err'),
    isReplica: is('role', 'slave'),
    isCluster: is('cluster_enabled', '1'),
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory') || undefined,
  };
}

/** Save points are told by CONFIG alone. */
async function savesSnapshots(client: Redis): Promise<boolean | undefined> {
  try {
    const answer = await client.config('GET', 'save');
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] !== '' : undefined;
  } catch (error) {
    // NOPERM from an access list; "unknown command" where the provider has renamed it.
    if (/NOPERM|unknown command/i.test(describeError(error))) return undefined;
    throw error;
  }
}

/** Lines of `name:value`, in sections. */
function infoOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}
