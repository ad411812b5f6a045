import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { describeError, OrdealError } from '@ordeal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MIGRATIONS } from './migrations/index.ts';
import { openStore } from './open.ts';
import { openTestStore, sampleCampaign, sampleTrials, type TestStore } from './testing.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
}, 60_000);
afterEach(() => store.close());

const folders = { home: tmpdir(), data: tmpdir(), shared: tmpdir() };

test('ten that open a new schema at once migrate it once', async () => {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const opened = await Promise.all(
    Array.from({ length: 10 }, () =>
      openStore({ databaseUrl: store.databaseUrl, folders, schema, poolSize: 2 }),
    ),
  );
  try {
    const books = await store.query(`select name from ${schema}.kysely_migration`);
    expect(books).toEqual(Object.keys(MIGRATIONS).map((name) => ({ name })));
    const created = await Promise.all(
      opened.map((each) => each.createCampaign(sampleCampaign(), sampleTrials(1))),
    );
    expect(new Set(created.map((each) => each.id)).size).toBe(10);
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
}, 30_000);

test('a schema that a newer Ordeal has migrated is refused', async () => {
  await store.query(`insert into kysely_migration values ('9999-later', '2030-01-01')`);
  await expect(store.openAnother()).rejects.toMatchObject({ code: 'UNSUPPORTED', message: /9999-later/ });
});

test('nobody listens there: one line, soon, without the password', async () => {
  const databaseUrl = 'postgres://someone:s3cret@127.0.0.1:1/db';
  const error = await openStore({ databaseUrl, folders, connectTimeoutMs: 300 }).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OrdealError)) throw error;
  expect(error.code).toBe('POSTGRES_UNAVAILABLE');
  expect(describeError(error)).toMatch(/^cannot use Postgres at 127.0.0.1:1\/db: .*ECONNREFUSED/);
  expect(error.message).not.toContain('\n');
  expect(JSON.stringify([error, error.message, String(error.cause), error.stack])).not.toContain('s3cret');
});

test('a wrong password is not tried for ten seconds', async () => {
  const url = new URL(store.databaseUrl);
  url.password = 'wr0ng';
  const began = performance.now();
  const opening = openStore({ databaseUrl: url.href, folders });
  const error = await opening.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  expect(describeError(error)).toMatch(/password authentication/);
  expect(performance.now() - began).toBeLessThan(8_000);
});

test('an address that is none is not repeated', async () => {
  const error = await openStore({ databaseUrl: 'mysql://a:s3cret@b', folders }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'BAD_INPUT' });
  expect(String(error)).not.toContain('s3cret');
  const schema = 'x"; drop schema public';
  await expect(openStore({ databaseUrl: store.databaseUrl, folders, schema })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
});

test('a server that comes up late is waited for', async () => {
  const proxy = await openProxy(store.databaseUrl);
  await proxy.cut();
  const opening = openStore({ databaseUrl: proxy.url, folders, schema: store.schema });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await proxy.restore();
  const late = await opening;
  expect(await late.listCampaigns()).toEqual([]);
  await late.close();
  await proxy.close();
});

test('an outage is told as one, and the store and its listeners come back by themselves', async () => {
  const proxy = await openProxy(store.databaseUrl);
  const lines: string[] = [];
  const remote = await store.openAnother({ databaseUrl: proxy.url, log: (line) => lines.push(line) });
  const told: string[] = [];
  const stop = await remote.onCampaignChange((id) => told.push(id));
  const { id } = await store.createCampaign(sampleCampaign(), sampleTrials(1));
  await expect.poll(() => told).toEqual([id]);

  await proxy.cut();
  await expect(remote.listCampaigns()).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await proxy.restore();
  await expect.poll(() => remote.listCampaigns().catch(() => [])).toHaveLength(1);
  await expect
    .poll(
      async () => {
        await store.query('select pg_notify($1, $2)', [`${store.schema}_campaigns`, 'again']);
        return told;
      },
      { timeout: 10_000, interval: 100 },
    )
    .toContain('again');
  await stop();
  const heard = told.length;
  await store.markRunning(id);
  expect(told).toHaveLength(heard);
  expect(lines.join()).not.toContain(new URL(proxy.url).password);
  await remote.close();
  await proxy.close();
}, 20_000);

test('a server that is frozen is an outage too, after a while', async () => {
  const proxy = await openProxy(store.databaseUrl);
  const remote = await store.openAnother({ databaseUrl: proxy.url, answerTimeoutMs: 500 });
  proxy.freeze();
  const error = await remote.listCampaigns().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  expect(describeError(error)).toMatch(/an answer: not within 0.5 s$/);
  await proxy.close();
  await remote.close();
});

test('closing twice, and while listening, is fine', async () => {
  const other = await store.openAnother();
  await other.onCampaignChange(() => {});
  await Promise.all([other.close(), other.close()]);
});

/** A line to the server that can be cut: connections break, new ones are refused. */
async function openProxy(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const pipe = (near: Socket) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
    }
    near.pipe(far).pipe(near);
  };
  let server: Server = createServer(pipe);
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as { port: number };
  const url = new URL(databaseUrl);
  url.port = String(port);
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: url.href,
    cut: close,
    /** Connections stand, and nothing comes through any more. */
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    restore: () => {
      server = createServer(pipe);
      return listen(port);
    },
    close,
  };
}
