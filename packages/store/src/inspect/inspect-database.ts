import { type Folders, pidOf } from '@ordeal/place';
import type pg from 'pg';
import { checkDatabaseUrl } from '../database/address.ts';
import { connectClient, describeUrl, isUnavailable, unavailable } from '../database/connect.ts';
import { compareMigrations, type MigrationDifference } from '../database/migrate.ts';
import { checkSchemaName } from '../database/schema-name.ts';
import { DATABASE_ID_QUERY } from '../database-id.ts';
import { findPostmaster } from '../embedded/postmaster.ts';
import { embeddedUrl, readSettings } from '../embedded/settings.ts';

/** A server that answers, as it is. No password in it. */
export interface DatabaseInspection {
  /** `host:port/database` */
  readonly address: string;
  /** Process id of the embedded server; null: one that was given to us. */
  readonly embeddedPid: number | null;
  /** `18.4` */
  readonly version: string;
  /** The server's own number for it: 180004 is 18.4, 130000 is 13.0. */
  readonly versionNumber: number;
  /** A standby, or a server that is told to be read-only. */
  readonly isReadOnly: boolean;
  /** May this user make a schema in this database? */
  readonly mayCreate: boolean;
  readonly migrations: MigrationDifference;
  readonly connections: { readonly used: number; readonly allowed: number };
  /** Is what has been committed on disk, whatever happens? */
  readonly isDurable: boolean;
  /** How far the server's wall clock is ahead of ours. */
  readonly clockAheadMs: number;
}

/**
 * Looks at the server that this installation uses: the one given, else the embedded one. Reads only: starts, makes
 * and migrates nothing.
 * @returns undefined when the embedded server is to be used and does not run
 * @throws OrdealError POSTGRES_UNAVAILABLE when the server cannot be reached or refuses us; BAD_INPUT for a URL that
 * is none
 */
export function inspectDatabase(options: LookOptions): Promise<DatabaseInspection | undefined> {
  return lookAt(options, async (client, { schema, address, embeddedPid }) => ({
    address,
    embeddedPid,
    ...(await lookAtServer(client)),
    migrations: await compareMigrations(client, schema),
  }));
}

/** The same as the store's `databaseId`, of a server that is only looked at. @throws like {@link inspectDatabase} */
export function findDatabaseId(options: LookOptions): Promise<string | undefined> {
  return lookAt(options, async (client) => {
    const { rows } = await client.query<{ id: string }>(DATABASE_ID_QUERY);
    return rows[0]?.id;
  });
}

interface LookOptions {
  readonly databaseUrl: string | undefined;
  readonly folders: Folders;
  /** Default `ordeal`. */
  readonly schema?: string | undefined;
  readonly timeoutMs: number;
}

interface Server {
  readonly schema: string;
  readonly address: string;
  readonly embeddedPid: number | null;
}

async function lookAt<T>(
  options: LookOptions,
  look: (client: pg.ClientBase, server: Server) => Promise<T>,
): Promise<T | undefined> {
  const schema = checkSchemaName(options.schema ?? 'ordeal');
  const embedded = options.databaseUrl ? undefined : await runningEmbedded(options.folders);
  const databaseUrl = options.databaseUrl ? checkDatabaseUrl(options.databaseUrl) : embedded?.url;
  if (databaseUrl === undefined) return undefined;
  const { timeoutMs } = options;
  const client = await connectClient({
    databaseUrl,
    schema,
    connectTimeoutMs: timeoutMs,
    poolSize: 1,
    log: () => {},
  });
  try {
    await client.query('begin read only');
    await client.query(`set local statement_timeout = ${Math.round(timeoutMs)}`);
    return await look(client, {
      schema,
      address: describeUrl(databaseUrl),
      embeddedPid: embedded?.pid ?? null,
    });
  } catch (error) {
    throw isUnavailable(error) ? unavailable(databaseUrl, error) : error;
  } finally {
    await client.end();
  }
}

async function runningEmbedded(folders: Folders): Promise<{ url: string; pid: number } | undefined> {
  const settings = await readSettings(folders);
  const postmaster = await findPostmaster(folders);
  if (settings === undefined || postmaster === undefined) return undefined;
  return { url: embeddedUrl(settings), pid: pidOf(postmaster) };
}

async function lookAtServer(
  client: pg.ClientBase,
): Promise<Omit<DatabaseInspection, 'address' | 'embeddedPid' | 'migrations'>> {
  const askedMs = Date.now();
  const { rows } = await client.query<ServerRow>(SERVER_QUERY);
  const answeredMs = Date.now();
  const [row] = rows;
  if (row === undefined) throw new Error('a query without a table gives one row');
  return {
    version: row.version,
    versionNumber: row.version_number,
    isReadOnly: row.is_read_only,
    mayCreate: row.may_create,
    connections: { used: row.used, allowed: row.allowed },
    isDurable: row.fsync === 'on' && row.synchronous_commit !== 'off',
    clockAheadMs: Math.round(row.now_ms - (askedMs + answeredMs) / 2),
  };
}

interface ServerRow {
  version: string;
  version_number: number;
  is_read_only: boolean;
  may_create: boolean;
  used: number;
  allowed: number;
  fsync: string;
  synchronous_commit: string;
  now_ms: number;
}

/** Understood by every version since 10, so that one that is too old can be told. `used` counts ours as well. */
const SERVER_QUERY = `
select split_part(current_setting('server_version'), ' ', 1) as version,
  current_setting('server_version_num')::int as version_number,
  pg_is_in_recovery() or reset_val = 'on' as is_read_only,
  has_database_privilege(current_database(), 'create') as may_create,
  (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as allowed,
  current_setting('fsync') as fsync,
  current_setting('synchronous_commit') as synchronous_commit,
  extract(epoch from clock_timestamp())::float8 * 1000 as now_ms
from pg_settings where name = 'default_transaction_read_only'`;
