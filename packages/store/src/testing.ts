import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Folders } from '@ordeal/place';
import pg from 'pg';
import { afterAll } from 'vitest';
import { type OpenStore, type OpenStoreOptions, openStore } from './open.ts';
import { startTestServer } from './testing-server.ts';

export { type RecordedSample, recordCampaign } from './testing-records.ts';
export { sampleCampaign, sampleRecord, sampleTrial, sampleTrials } from './testing-samples.ts';

/**
 * A store in a schema of its own, on a real Postgres. `close` leaves the schema, which goes with the server: to drop
 * one disturbs whoever lists all schemas at that moment, as each migration of another test file does.
 */
export interface TestStore extends OpenStore {
  readonly schema: string;
  /** Another store, with a pool of its own, on the same schema; closed with this one. */
  openAnother(options?: Partial<OpenStoreOptions>): Promise<OpenStore>;
  /** For what no method of the store may do: moving clocks, breaking rules, looking behind. */
  query<Row extends pg.QueryResultRow>(statement: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * The server is the one of ORDEAL_TEST_DATABASE_URL, which a global set-up starts once for the whole run; without
 * it, one is started for this test file and stopped at its end.
 */
export async function openTestStore(options: Partial<OpenStoreOptions> = {}): Promise<TestStore> {
  const databaseUrl = process.env.ORDEAL_TEST_DATABASE_URL || (await ownServer()).url;
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const given = { databaseUrl, schema, folders: NO_FOLDERS, ...options };
  const store = await openStore(given);
  const others: OpenStore[] = [];
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'ordeal-test' });
  await client.connect();
  await client.query(`set search_path to ${schema}`);
  return {
    ...store,
    schema,
    async openAnother(more = {}) {
      const other = await openStore({ ...given, ...more });
      others.push(other);
      return other;
    },
    async query<Row extends pg.QueryResultRow>(statement: string, values: readonly unknown[] = []) {
      return (await client.query<Row>(statement, [...values])).rows;
    },
    async close() {
      await Promise.all([store, ...others].map((each) => each.close()));
      await client.end();
    },
  };
}

/** Never looked at when a URL is given. */
const NO_FOLDERS: Folders = { home: tmpdir(), data: tmpdir(), shared: tmpdir() };

let own: ReturnType<typeof startTestServer> | undefined;

function ownServer(): ReturnType<typeof startTestServer> {
  own ??= startTestServer();
  return own;
}

afterAll(async () => {
  const server = await own?.catch(() => undefined);
  own = undefined;
  await server?.stop();
}, 60_000);
