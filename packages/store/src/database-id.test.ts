import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from './testing.ts';

let stores: TestStore[];
beforeEach(async () => {
  stores = [await openTestStore(), await openTestStore()];
}, 60_000);
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
});

test('is the same for all who share the tables, and another for other tables of the same server', async () => {
  const [one, other] = stores;
  const id = await one?.databaseId();
  expect(id).toMatch(/^\d+\/\d+\/\d+$/);
  expect(await (await one?.openAnother())?.databaseId()).toBe(id);
  expect(await other?.databaseId()).not.toBe(id);
});

test('needs no right that a user of a database lacks', async () => {
  const [store] = stores;
  const rights = await store?.query(
    `select proacl from pg_proc where proname = 'pg_control_system' and proacl is not null`,
  );
  expect(rights).toEqual([]);
});
