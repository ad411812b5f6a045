import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MIGRATIONS } from '../migrations/index.ts';
import { openTestStore, type TestStore } from '../testing.ts';
import { type DatabaseInspection, findDatabaseId, inspectDatabase } from './inspect-database.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
}, 60_000);
afterEach(() => store.close());

const folders = { home: tmpdir(), data: tmpdir(), shared: tmpdir() };

async function inspect(
  options: { databaseUrl?: string; schema?: string } = {},
): Promise<DatabaseInspection | undefined> {
  const { databaseUrl, schema } = store;
  return inspectDatabase({ databaseUrl, schema, folders, timeoutMs: 5_000, ...options });
}

test('a server that is well, with a schema that is up to date', async () => {
  const inspection = await inspect();
  expect(inspection).toEqual({
    address: expect.stringMatching(/^127\.0\.0\.1:\d+\/\w+$/),
    embeddedPid: null,
    version: expect.stringMatching(/^\d+\.\d+$/),
    versionNumber: expect.any(Number),
    isReadOnly: false,
    mayCreate: true,
    migrations: { isMade: true, missing: [], unknown: [] },
    connections: { used: expect.any(Number), allowed: 297 },
    isDurable: true,
    clockAheadMs: expect.any(Number),
  });
  expect(inspection?.versionNumber).toBeGreaterThanOrEqual(130_000);
  expect(inspection?.connections.used).toBeGreaterThan(0);
  expect(Math.abs(inspection?.clockAheadMs ?? Number.NaN)).toBeLessThan(2_000);
});

test('by the same name as the store has for it', async () => {
  const { databaseUrl, schema } = store;
  const id = await findDatabaseId({ databaseUrl, schema, folders, timeoutMs: 5_000 });
  expect(id).toBe(await store.databaseId());
});

test('migrations that are missing, and those of a newer version', async () => {
  await store.query(`delete from kysely_migration where name = '0001-campaigns'`);
  await store.query(`insert into kysely_migration values ('9999-later', '2030-01-01')`);
  expect((await inspect())?.migrations).toEqual({
    isMade: true,
    missing: ['0001-campaigns'],
    unknown: ['9999-later'],
  });
});

test('a schema that is not there yet, and is not made', async () => {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  expect((await inspect({ schema }))?.migrations).toEqual({
    isMade: false,
    missing: Object.keys(MIGRATIONS),
    unknown: [],
  });
  expect(await store.query(`select from pg_namespace where nspname = '${schema}'`)).toEqual([]);
});

test('a server that takes no writes, or that loses them', async () => {
  const url = new URL(store.databaseUrl);
  url.searchParams.set('options', '-c default_transaction_read_only=on -c synchronous_commit=off');
  expect(await inspect({ databaseUrl: url.href })).toMatchObject({ isReadOnly: true, isDurable: false });
});

test('a user who may not make a schema', async () => {
  const user = `test_${randomBytes(6).toString('hex')}`;
  await store.query(`create user ${user} password 'hers'`);
  try {
    const url = new URL(store.databaseUrl);
    url.username = user;
    url.password = 'hers';
    expect(await inspect({ databaseUrl: url.href, schema: 'none_yet' })).toMatchObject({ mayCreate: false });
  } finally {
    await store.query(`drop user ${user}`);
  }
});

test('whoever does not answer, or sends us away: without the password', async () => {
  const refused = new URL(store.databaseUrl);
  refused.password = 's3cret';
  for (const databaseUrl of [refused.href, 'postgres://someone:s3cret@127.0.0.1:1/db']) {
    const error: unknown = await inspect({ databaseUrl }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cret');
  }
  await expect(inspect({ databaseUrl: 's3cret://x' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.not.stringContaining('s3cret'),
  });
});
