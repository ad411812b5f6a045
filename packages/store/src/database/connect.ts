import { describeError, OrdealError } from '@ordeal/core';
import pRetry from 'p-retry';
import pg from 'pg';

export interface ConnectOptions {
  readonly databaseUrl: string;
  /** Where our tables live; the search_path of every connection. */
  readonly schema: string;
  /** How long to keep trying. Too low: a server that restarts fails the command. Too high: a wrong address is noticed late. */
  readonly connectTimeoutMs: number;
  /** Connections at most. Too low: claims and beats queue behind each other. Too high: ten workers exhaust the server. */
  readonly poolSize: number;
  readonly log: (line: string) => void;
}

/**
 * A pool that has reached the server once.
 * @throws OrdealError POSTGRES_UNAVAILABLE, naming host, port and database and never the password.
 */
export async function connectPool(options: ConnectOptions): Promise<pg.Pool> {
  const pool = new pg.Pool({
    ...sessionConfig(options),
    max: options.poolSize,
    idleTimeoutMillis: 30_000,
    pipeline: true,
  });
  // An idle client that is cut off reports here; without a listener it would end the process.
  pool.on('error', (error) => options.log(`a connection to Postgres broke: ${describeError(error)}`));
  try {
    await retryConnecting(options, async () => {
      const client = await pool.connect();
      client.release();
    });
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** A connection of its own, for LISTEN. One attempt. */
export async function connectClient(options: ConnectOptions): Promise<pg.Client> {
  const client = new pg.Client(sessionConfig(options));
  client.on('error', () => {});
  try {
    await client.connect();
    await prepareSession(client, options.schema);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw unavailable(options.databaseUrl, error);
  }
}

/** `host:port/database` of a URL, for messages. */
export function describeUrl(databaseUrl: string): string {
  const url = URL.parse(databaseUrl);
  if (url === null) return 'the given address';
  return `${url.hostname || 'localhost'}:${url.port || '5432'}${url.pathname}`;
}

/** Postgres cannot be reached, in one clear line. */
export function unavailable(databaseUrl: string, error: unknown): OrdealError {
  return new OrdealError('POSTGRES_UNAVAILABLE', `cannot use Postgres at ${describeUrl(databaseUrl)}`, {
    cause: error,
  });
}

/** Did the line to the server break, or did the server send us away, so that the same call may succeed later? */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof OrdealError && error.code === 'DEADLINE') return true;
  const code = codeOf(error);
  if (code !== undefined && OUTAGE_CODES.has(code)) return true;
  // SQLSTATE class 08, connection exceptions; and what pg says without a code.
  return (
    (code?.length === 5 && code.startsWith('08')) ||
    /^(Connection terminated|Client has encountered a connection error|timeout e(xceeded|xpired)|The server closed)/.test(
      error.message,
    )
  );
}

/**
 * Is the server away, or does it refuse to work for us, so that the person has to look there? An outage, and what
 * does not pass by itself: no such host or database, no rights, a full disk, a read-only replica.
 */
export function isUnavailable(error: unknown): boolean {
  return isOutage(error) || (error instanceof Error && REFUSAL_CODES.has(codeOf(error) ?? ''));
}

async function retryConnecting(options: ConnectOptions, connect: () => Promise<void>): Promise<void> {
  await pRetry(
    async () => {
      try {
        await connect();
      } catch (error) {
        // Wrapped here, because pRetry takes a TypeError for a bug of the caller's and gives up.
        throw unavailable(options.databaseUrl, error);
      }
    },
    {
      retries: Number.POSITIVE_INFINITY,
      maxRetryTime: options.connectTimeoutMs,
      minTimeout: 100,
      maxTimeout: 1_000,
      shouldRetry: ({ error }) => isOutage(error.cause),
    },
  );
}

function sessionConfig(options: ConnectOptions): pg.PoolConfig {
  return {
    connectionString: options.databaseUrl,
    application_name: 'ordeal',
    connectionTimeoutMillis: Math.min(5_000, options.connectTimeoutMs),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // A frozen process must not sit on a campaign's lock for ever.
    idle_in_transaction_session_timeout: 10_000,
    lock_timeout: 15_000,
    statement_timeout: 60_000,
    onConnect: (client: pg.ClientBase) => {
      // The pool listens only while a client is idle: one that breaks between two statements of a transaction
      // would end the process. The next statement fails, and says why.
      client.on('error', () => {});
      return prepareSession(client, options.schema);
    },
  };
}

/**
 * Statements are kept and planned once a connection, for whatever values come, and that may be while a table is empty:
 * told so, they go through indexes from the first row on.
 */
async function prepareSession(client: pg.ClientBase, schema: string): Promise<void> {
  // A statement and not start-up options: the URL may bring options of its own.
  await client.query(`
    set search_path to ${client.escapeIdentifier(schema)};
    set plan_cache_mode to force_generic_plan;
    set enable_seqscan to off`);
}

const OUTAGE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or recovering
  '53300', // too_many_connections
  '25P03', // idle_in_transaction_session_timeout: we were frozen
  '55P03', // lock_timeout: somebody holds the campaign, as the cancelling of a huge one does
  '57014', // statement_timeout
]);

const REFUSAL_CODES = new Set([
  'ENOTFOUND', // also what the name of a stopped container becomes
  '28000', // invalid_authorization_specification
  '28P01', // invalid_password
  '3D000', // invalid_catalog_name: no such database
  '42501', // insufficient_privilege
  '25006', // read_only_sql_transaction
  '53100', // disk_full
  '53200', // out_of_memory
]);

function codeOf(error: Error): string | undefined {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}
