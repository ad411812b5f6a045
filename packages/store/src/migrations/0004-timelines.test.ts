import { Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../testing.ts';
import { MIGRATIONS } from './index.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
}, 60_000);
afterEach(() => store.close());

test('moves what was told of each execution into its row, in the order of telling', async () => {
  await store.query(`drop schema ${store.schema} cascade; create schema ${store.schema}`);
  await migrateTo('0003-capabilities');
  await store.query(
    `insert into campaigns (name, seed, parallel, cooldown_seconds, attempts, backoff_seconds, operator, config, source)
     values ('old', 1, 1, 0, 3, 5, 'none', '{}', '')`,
  );
  await store.query(
    `insert into trials (campaign_id, position, key, cell, subject, chaos_type, chaos_params, target,
       trial_index, baseline, arm, runtime, goal, timing)
     select 1, n, 'postgres/latency#' || n, 'postgres/latency', 'postgres', 'latency', '{}', 'any',
       n, false, 'none', 'process', 'whole', '{}' from generate_series(0, 1) as n`,
  );
  await store.query(
    `insert into executions (trial_id, execution, campaign_id, worker_id, place, "end", ended_at)
     select trial_id, execution, 1, 'w-1', 'here', 'lost', now()
     from (values (1, 1), (1, 2), (2, 1)) as ended (trial_id, execution)`,
  );
  await store.query(
    `insert into events (trial_id, execution, since_zero_ms, at, kind, data) values
       (1, 2, null, '2026-01-02T03:04:05.678Z', 'started', '{"nodes": ["a"]}'),
       (2, 1, 7.5, '2026-01-02T03:04:06Z', 'applied', '{}'),
       (1, 2, 0, '2026-01-02T03:04:04Z', 'zero', '{}')`,
  );

  const migrated = await store.openAnother();

  expect(await migrated.listEvents('1')).toEqual([
    {
      trialId: '1',
      execution: 2,
      sinceZeroMs: null,
      at: new Date('2026-01-02T03:04:05.678Z'),
      kind: 'started',
      data: { nodes: ['a'] },
    },
    {
      trialId: '1',
      execution: 2,
      sinceZeroMs: 0,
      at: new Date('2026-01-02T03:04:04Z'),
      kind: 'zero',
      data: {},
    },
  ]);
  expect(await migrated.listEvents('2')).toMatchObject([{ execution: 1, sinceZeroMs: 7.5, kind: 'applied' }]);
  expect(await store.query(`select to_regclass('events') as events`)).toEqual([{ events: null }]);
});

/** As an older Ordeal left the schema. */
async function migrateTo(name: string): Promise<void> {
  const pool = new pg.Pool({
    connectionString: store.databaseUrl,
    options: `-c search_path=${store.schema}`,
    max: 1,
  });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({
      db,
      migrationTableSchema: store.schema,
      provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    });
    const { error } = await migrator.migrateTo(name);
    if (error !== undefined) throw error;
  } finally {
    await db.destroy();
  }
}
