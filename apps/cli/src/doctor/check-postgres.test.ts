import { randomBytes } from 'node:crypto';
import type { DatabaseInspection } from '@ordeal/store';
import { openTestStore, type TestStore } from '@ordeal/store/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkPostgres, tellOfServer } from './check-postgres.ts';
import { emptySite, findingsOf, heard, problemsIn } from './testing-site.ts';

describe('a real server', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
    return () => store.close();
  });
  const look = (databaseUrl: string, schema = store.schema) =>
    findingsOf(checkPostgres, emptySite({ databaseUrl, schema }));

  it('that is well', async () => {
    const findings = await look(store.databaseUrl);
    expect(problemsIn(findings)).toEqual([]);
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['postgres.version', 'postgres.migrations', 'postgres.connections']),
    );
  });

  it('without tables yet', async () => {
    const findings = await look(store.databaseUrl, `test_${randomBytes(6).toString('hex')}`);
    expect(problemsIn(findings)).toEqual([]);
    expect(findings).toContainEqual(
      expect.objectContaining({ found: expect.stringMatching(/no tables yet/) }),
    );
  });

  it('with the tables of an older version, then of a newer one', async () => {
    await store.query('delete from kysely_migration');
    expect(problemsIn(await look(store.databaseUrl))).toEqual(['postgres.migrations_behind']);
    await store.query(`insert into kysely_migration values ('9999-later', '2030-01-01')`);
    expect(problemsIn(await look(store.databaseUrl))).toEqual(['postgres.migrations_newer']);
  });

  it('that sends us away', async () => {
    const url = new URL(store.databaseUrl);
    url.password = 's3cret';
    const findings = await look(url.href);
    expect(findings).toMatchObject([{ id: 'postgres.unreachable', isOutage: true }]);
    expect(JSON.stringify(findings)).not.toContain('s3cret');
  });
});

it.each([
  ['s3cret://x', 'postgres.address'],
  ['postgres://u:s3cret@127.0.0.1:1/x', 'postgres.unreachable'],
])('tells of an address that leads nowhere: %s', async (databaseUrl, id) => {
  const findings = await findingsOf(checkPostgres, emptySite({ databaseUrl }));
  expect(problemsIn(findings)).toEqual([id]);
  expect(JSON.stringify(findings)).not.toContain('s3cret');
});

describe('a server that cannot be had here', () => {
  const well: DatabaseInspection = {
    address: 'db:5432/ordeal',
    embeddedPid: null,
    version: '18.4',
    versionNumber: 180_004,
    isReadOnly: false,
    mayCreate: true,
    migrations: { isMade: true, missing: [], unknown: [] },
    connections: { used: 10, allowed: 97 },
    isDurable: true,
    clockAheadMs: 0,
  };
  const empty = { isMade: false, missing: ['0001'], unknown: [] };

  it.each<[Partial<DatabaseInspection>, string[]]>([
    [{}, []],
    [{ version: '12.22', versionNumber: 120_022 }, ['version']],
    [{ version: '13.0', versionNumber: 130_000 }, []],
    [{ isReadOnly: true }, ['read_only']],
    [{ isDurable: false }, ['durability']],
    [{ connections: { used: 77, allowed: 97 } }, []],
    [{ connections: { used: 78, allowed: 97 } }, ['connections']],
    [{ clockAheadMs: 1_900 }, []],
    [{ clockAheadMs: -2_100 }, ['clock']],
    [{ mayCreate: false }, []],
    [{ mayCreate: false, migrations: empty }, ['rights']],
    [{ migrations: empty }, []],
  ])('%j', (part, problems) => {
    expect(heard((say) => tellOfServer({ ...well, ...part }, say)).problems).toEqual(problems);
  });
});
