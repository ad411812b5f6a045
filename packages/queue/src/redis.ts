import { OrdealError, within } from '@ordeal/core';
import { type ConnectionOptions, createRedisBackend, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import {
  type Backend,
  CLOCK_TOLERANCE_MS,
  LONGEST_DELAY_MS,
  MAX_BLOCK_SECONDS,
  QUEUE_OPTIONS,
  type TrialQueue,
  WORKER_OPTIONS,
} from './backend.ts';

const RETRY_DELAY_MS = 200;
const MAX_RETRY_DELAY_MS = 2_000;
/** A Redis that is frozen takes commands and never answers. Blocking reads have a connection of their own. */
const COMMAND_TIMEOUT_MS = 30_000;

/**
 * BullMQ on Redis.
 * @throws OrdealError BAD_INPUT for a URL that is none; REDIS_UNAVAILABLE when Redis does not answer.
 */
export async function openRedisBackend(redisUrl: string, prefix: string): Promise<Backend> {
  const where = redisAddress(redisUrl);
  const connect = (options: { maxRetriesPerRequest: number | null; commandTimeout?: number }): Redis => {
    const client = new Redis(redisUrl, {
      ...options,
      retryStrategy: (times) => Math.min(times * RETRY_DELAY_MS, MAX_RETRY_DELAY_MS),
      connectTimeout: 3_000,
      lazyConnect: true,
    });
    // Every use reports its own failure; without a listener ioredis writes to the console.
    client.on('error', (error: Error) => {
      lastError = error;
    });
    return client;
  };
  let lastError: Error | undefined;
  const unreachable = (error: unknown): OrdealError | undefined => {
    if (isRefusal(error)) {
      return new OrdealError('REDIS_UNAVAILABLE', `Redis at ${where} refuses`, { cause: error });
    }
    if (!isOutage(error)) return undefined;
    return new OrdealError('REDIS_UNAVAILABLE', `Redis at ${where} does not answer`, {
      cause: lastError ?? error,
    });
  };

  // A producer fails after two retries: a command line must not hang on an outage.
  const producer = connect({ maxRetriesPerRequest: 2, commandTimeout: COMMAND_TIMEOUT_MS });
  try {
    await within(producer.ping(), 12_000, 'ping');
  } catch (error) {
    producer.disconnect();
    throw (
      unreachable(error) ??
      new OrdealError('REDIS_UNAVAILABLE', `Redis at ${where} refuses`, { cause: error })
    );
  }
  // A worker waits out an outage for as long as it takes.
  let consumer: Redis | undefined;

  return {
    kind: 'redis',
    openQueue: (name) =>
      new Queue(name, { ...QUEUE_OPTIONS, connection: producer as ConnectionOptions, prefix }),
    openWorker: (name, processor, concurrency) => {
      consumer ??= connect({ maxRetriesPerRequest: null });
      return new Worker(
        name,
        processor,
        { ...WORKER_OPTIONS, connection: consumer as ConnectionOptions, prefix, concurrency },
        (queue, options, kind) =>
          Object.defineProperty(createRedisBackend(queue, options, kind), 'maximumBlockTimeout', {
            value: MAX_BLOCK_SECONDS,
          }),
      );
    },
    cutDownTimesAhead: (queue) => cutDownTimesAhead(producer, queue),
    unreachable,
    close: async (timeoutMs) => {
      const clients = [producer, consumer].filter((client) => client !== undefined);
      await Promise.all(clients.map((client) => within(client.quit(), timeoutMs, 'quit').catch(() => {})));
      for (const client of clients) client.disconnect();
    },
  };
}

/** A delayed job's score is when it is due, in ms, times this, and a number that keeps order among equals. */
const SCORE_OF_A_MS = 0x1000;

/** Whatever expires does so by Redis's own clock, of which it tells how far ahead that is; a delay goes by ours, as BullMQ's do. */
async function cutDownTimesAhead(redis: Redis, queue: TrialQueue): Promise<number> {
  const { lockDuration, stalledInterval } = WORKER_OPTIONS;
  const now = Date.now() * SCORE_OF_A_MS;
  const furthest = now + (LONGEST_DELAY_MS + CLOCK_TOLERANCE_MS) * SCORE_OF_A_MS;
  const delayed = queue.toKey('delayed');
  const active = await redis.lrange(queue.toKey('active'), 0, -1);
  const expiring = [
    { key: queue.toKey('stalled-check'), mostMs: stalledInterval },
    ...active.map((id) => ({ key: queue.toKey(`${id}:lock`), mostMs: lockDuration })),
  ];
  const [late, ...leftMs] = await Promise.all([
    redis.zrangebyscore(delayed, furthest, '+inf'),
    ...expiring.map(({ key }) => redis.pttl(key)),
  ]);
  const ahead = expiring.filter(({ mostMs }, index) => (leftMs[index] ?? 0) > mostMs + CLOCK_TOLERANCE_MS);
  await Promise.all([
    ...ahead.map(({ key }) => redis.del(key)),
    ...late.map((id) => redis.zadd(delayed, 'XX', now, id)),
  ]);
  return late.length + ahead.length;
}

/** Host and port, never the credentials. @throws OrdealError BAD_INPUT for a URL that is none. */
export function redisAddress(redisUrl: string): string {
  const url = URL.parse(redisUrl);
  if (url === null || !/^rediss?:$/.test(url.protocol)) {
    throw new OrdealError('BAD_INPUT', 'REDIS_URL must look like redis://host:6379');
  }
  return `${url.hostname}:${url.port || '6379'}`;
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'MaxRetriesPerRequestError' ||
    (error instanceof OrdealError && error.code === 'DEADLINE') ||
    /Connection is closed|Command timed out|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE/.test(
      error.message,
    )
  );
}

/** What Redis itself answers when nothing of ours can be done: log-in, rights, memory, disk, roles, start-up. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    /\b(NOAUTH|WRONGPASS|NOPERM|OOM|MISCONF|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS)\b/.test(
      error.message,
    )
  );
}
