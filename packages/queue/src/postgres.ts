import { setTimeout as delay } from 'node:timers/promises';
import { OrdealError, within } from '@ordeal/core';
import {
  type BackendFactory,
  createPostgresBackend,
  type PostgresQueueBackend,
  Queue,
  quoteSchemaName,
  type RedisQueueBackend,
  runMigrations,
  Worker,
} from 'bullmq';
import pg from 'pg';
import {
  type Backend,
  CLOCK_TOLERANCE_MS,
  LONGEST_DELAY_MS,
  MAX_BLOCK_SECONDS,
  QUEUE_OPTIONS,
  type TrialQueue,
  WORKER_OPTIONS,
} from './backend.ts';

/** Connections for short queries; each running Worker adds one for LISTEN. */
const QUERY_CONNECTIONS = 6;
const QUERY_CONNECTIONS_PRODUCER = 3;
/** How often an idle worker looks whether a slot under the global cap has become free. */
const MAXED_POLL_MS = 500;

/**
 * BullMQ on Postgres, beside Ordeal's own tables, in a schema of its own. All queues and workers share one pool.
 * @throws OrdealError POSTGRES_UNAVAILABLE when the server does not answer.
 */
export async function openPostgresBackend(
  databaseUrl: string,
  options: { schema: string; producerOnly: boolean },
): Promise<Backend> {
  const { schema } = options;
  const queryConnections = options.producerOnly ? QUERY_CONNECTIONS_PRODUCER : QUERY_CONNECTIONS;
  const searchPath = `SET search_path TO ${quoteSchemaName(schema)}`;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: queryConnections,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'ordeal queue',
    // After the URL's own settings, which would win over a start-up option.
    onConnect: async (client) => {
      await client.query(searchPath);
    },
  });
  // One listener for each open Queue and Worker.
  pool.setMaxListeners(0);
  pool.on('error', () => {}); // an idle connection broke; the pool replaces it
  const clients = new Set<pg.PoolClient>();
  pool.on('connect', (client) => clients.add(client));
  pool.on('remove', (client) => clients.delete(client));

  try {
    await migrate(pool, schema);
  } catch (error) {
    await pool.end();
    throw unreachable(error) ?? error;
  }

  const createBackend = (
    ...[name, queueOptions, kind]: Parameters<typeof createPostgresBackend>
  ): PostgresQueueBackend => {
    const backend = createPostgresBackend(name, queueOptions, kind);
    const onPoolError = pool.listeners('error').at(-1) as (() => void) | undefined;
    // A pool that is handed in is taken for one on BullMQ's default schema.
    Object.assign(backend.connection, { schema });
    Object.assign(backend, { schema });
    // BullMQ never takes its listener off a pool that it does not own.
    backend.connection.once('close', () => onPoolError && pool.off('error', onPoolError));
    if (kind?.withBlockingConnection) waitPatiently(backend);
    return backend;
  };
  // The classes are typed for Redis by default; at run time they know the backend's interface only.
  const factory = createBackend as unknown as BackendFactory<RedisQueueBackend>;
  const connection = pool as unknown as { host: string };

  return {
    kind: 'postgres',
    openQueue: (name) => new Queue(name, { ...QUEUE_OPTIONS, connection }, factory),
    openWorker: (name, processor, concurrency) => {
      pool.options.max += 1;
      const worker = new Worker(name, processor, { ...WORKER_OPTIONS, connection, concurrency }, factory);
      worker.once('closed', () => {
        pool.options.max -= 1;
      });
      return worker;
    },
    cutDownTimesAhead: (queue) => cutDownTimesAhead(pool, queue),
    unreachable,
    close: async (timeoutMs) => {
      await within(pool.end(), timeoutMs, 'closing the pool').catch(() => {
        for (const client of clients) client.release(true);
      });
    },
  };
}

/** Serialised by an advisory lock of BullMQ's, so ten processes may start at once. */
async function migrate(pool: pg.Pool, schema: string): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client as Parameters<typeof runMigrations>[0], schema);
  } finally {
    client.release();
  }
}

/** All by our clock, as BullMQ's own times here are. */
async function cutDownTimesAhead(pool: pg.Pool, { name }: TrialQueue): Promise<number> {
  const { lockDuration, stalledInterval } = WORKER_OPTIONS;
  const { rows } = await pool.query<{ count: number }>(
    `with delays as (
      update job set process_at_ms = $2
      where queue = $1 and state = 'delayed' and process_at_ms > $2::bigint + $3 + $6
      returning 1
    ), locks as (
      update job set locked_until_ms = $2
      where queue = $1 and state = 'active' and locked_until_ms > $2::bigint + $4 + $6
      returning 1
    ), checks as (
      update meta set value = ($2::bigint - $5)::text
      where queue = $1 and field = 'stalled-check' and value::bigint > $2::bigint + $6
      returning 1
    )
    select (
      (select count(*) from delays) + (select count(*) from locks) + (select count(*) from checks)
    )::integer as count`,
    [name, Date.now(), LONGEST_DELAY_MS, lockDuration, stalledInterval, CLOCK_TOLERANCE_MS],
  );
  return rows[0]?.count ?? 0;
}

/**
 * BullMQ 6.7 wakes a worker of this backend whenever a job waits, without looking at the global cap: while the
 * cap is reached, an idle worker would ask in a tight loop. It also sleeps up to an hour for the next delayed
 * job, and nothing tells it that a slot has become free.
 */
function waitPatiently(backend: PostgresQueueBackend): void {
  const waitForJob = backend.waitForJob.bind(backend);
  backend.waitForJob = async (timeoutSeconds) => {
    if (!(await backend.isMaxed())) return await waitForJob(Math.min(timeoutSeconds, MAX_BLOCK_SECONDS));
    await delay(Math.min(MAXED_POLL_MS, timeoutSeconds * 1_000));
    return { member: '', score: 0 };
  };
}

function unreachable(error: unknown): OrdealError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  const outage =
    /^(ECONN|ENOTFOUND|EAI_AGAIN|ENOENT|ETIMEDOUT|EPIPE|08|28|53|57P0|25006|42501)/.test(code) ||
    (error instanceof OrdealError && error.code === 'DEADLINE') ||
    /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
  return outage
    ? new OrdealError('POSTGRES_UNAVAILABLE', 'Postgres does not answer', { cause: error })
    : undefined;
}
