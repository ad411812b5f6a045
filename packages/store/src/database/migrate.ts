import { OrdealError } from '@ordeal/core';
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type pg from 'pg';
import { MIGRATIONS } from '../migrations/index.ts';
import { type ConnectOptions, connectClient } from './connect.ts';
import type { Tables } from './tables.ts';

/**
 * Brings the schema up to date; two cheap queries when it is.
 *
 * Locks: a session advisory lock, one per schema, on a connection of its own around everything. Kysely's own lock
 * comes after it has made the schema and its books, where it sorts races out by their errors. Ten processes that
 * start together queue up here; nine find nothing to do.
 * @throws OrdealError UNSUPPORTED when a newer Ordeal has migrated the schema.
 */
export async function migrate(pool: pg.Pool, db: Kysely<Tables>, options: ConnectOptions): Promise<void> {
  const { schema } = options;
  if (await isUpToDate(pool, schema)) return;
  const client = await connectClient(options);
  try {
    // The wait is as long as somebody else's migration: no time-out of ours may cut it.
    await client.query('set statement_timeout = 0');
    await client.query('set lock_timeout = 0');
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`ordeal:migrate:${schema}`]);
    await client.query(`create schema if not exists ${client.escapeIdentifier(schema)}`);
    await runMigrations(pool, db, schema);
  } finally {
    // The lock goes with its session.
    await client.end();
  }
}

async function isUpToDate(pool: pg.Pool, schema: string): Promise<boolean> {
  const { missing, unknown } = await compareMigrations(pool, schema);
  return missing.length === 0 && unknown.length === 0;
}

/** How the migrations that a schema has had differ from those of this version. Reads only. */
export interface MigrationDifference {
  /** False: it has never been migrated, and is empty or not there. */
  readonly isMade: boolean;
  /** Names of those that it is still to have. */
  readonly missing: readonly string[];
  /** Names of those that only a newer version can have made. */
  readonly unknown: readonly string[];
}

export async function compareMigrations(
  client: Pick<pg.ClientBase, 'query'>,
  schema: string,
): Promise<MigrationDifference> {
  const done = await migrationsDone(client, schema);
  return {
    isMade: done !== undefined,
    missing: Object.keys(MIGRATIONS).filter((name) => !done?.includes(name)),
    unknown: (done ?? []).filter((name) => !Object.hasOwn(MIGRATIONS, name)),
  };
}

async function runMigrations(pool: pg.Pool, db: Kysely<Tables>, schema: string): Promise<void> {
  const { unknown } = await compareMigrations(pool, schema);
  if (unknown.length > 0) {
    throw new OrdealError(
      'UNSUPPORTED',
      `the database was migrated by a newer Ordeal (${unknown.join(', ')})`,
    );
  }
  const migrator = new Migrator({
    db,
    migrationTableSchema: schema,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Names in the books of Kysely's Migrator; undefined when there are no books yet. */
async function migrationsDone(
  client: Pick<pg.ClientBase, 'query'>,
  schema: string,
): Promise<string[] | undefined> {
  const books = `${schema}.kysely_migration`;
  const found = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    books,
  ]);
  if (found.rows[0]?.there !== true) return undefined;
  const done = await client.query<{ name: string }>(`select name from ${books}`);
  return done.rows.map((row) => row.name);
}
