import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { monotonicMs, waitFor } from '@ordeal/core';
import { identityOf, isAlive, processesIn } from '@ordeal/place';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestFolders } from '../testing-server.ts';
import { clusterFolder } from './cluster.ts';
import { withEmbeddedLock } from './lock.ts';
import { embeddedStatus, startEmbedded, stopEmbedded } from './server.ts';

let home: Awaited<ReturnType<typeof openTestFolders>>;
beforeEach(async () => {
  home = await openTestFolders();
});
afterEach(() => home.remove(), 60_000);

/** Another process of the same installation that opens the store and prints the server's URL. */
function startElsewhere() {
  const script = `
    import { openStore } from ${JSON.stringify(new URL('../open.ts', import.meta.url).href)};
    const store = await openStore({ folders: ${JSON.stringify(home.folders)} });
    await store.listCampaigns();
    await store.close();
    console.log(store.databaseUrl);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE_URL: '' },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => {
    out += text;
  });
  child.stderr.on('data', (text: Buffer) => {
    err += text;
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(`${code}: ${err}`))));
  });
  return { child, ended };
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function postmasters(): number {
  return processesIn(clusterFolder(home.folders)).length;
}

async function killHard(): Promise<void> {
  const { pid } = await embeddedStatus(home.folders);
  const identity = pid === null ? null : identityOf(pid);
  if (pid === null || identity === null) throw new Error('not running');
  process.kill(pid, 'SIGKILL');
  await waitFor('its death', () => !isAlive(identity) || undefined, { timeoutMs: 5_000 });
}

test('ten processes at once, at the very first start, get one server and one schema; it outlives them; stop ends it', async () => {
  const urls = await Promise.all(Array.from({ length: 10 }, () => startElsewhere().ended));
  expect(new Set(urls).size).toBe(1);
  const status = await embeddedStatus(home.folders);
  expect(status).toMatchObject({ running: true, pid: expect.any(Number) });
  expect(JSON.stringify(status)).not.toContain(new URL(urls[0] ?? '').password);
  expect(await query(urls[0] ?? '', 'show fsync')).toEqual([{ fsync: 'on' }]);
  expect((await stat(join(home.folders.home, 'postgres.json'))).mode & 0o777).toBe(0o600);
  expect((await readdir(home.folders.data)).filter((name) => name.includes('draft'))).toEqual([]);

  expect(await stopEmbedded(home.folders)).toBe(true);
  expect(await stopEmbedded(home.folders)).toBe(false);
  expect(postmasters()).toBe(0);
  expect(await embeddedStatus(home.folders)).toMatchObject({ running: false, pid: null, port: null });
}, 60_000);

test('killed hard, it is started again by the next command, data and all, at the same address', async () => {
  const { url } = await startEmbedded(home.folders);
  await query(url, 'create table kept as select 42 as answer');
  await killHard();
  const again = await Promise.all([
    startEmbedded(home.folders),
    startElsewhere().ended,
    startElsewhere().ended,
  ]);
  expect([again[0].url, again[1], again[2]]).toEqual([url, url, url]);
  expect(await query(url, 'select answer from kept')).toEqual([{ answer: 42 }]);
}, 60_000);

test('a command killed hard while it makes the cluster leaves nothing that stops the next one', async () => {
  for (const pauseMs of [150, 450, 900]) {
    const { child, ended } = startElsewhere();
    ended.catch(() => {});
    const began = monotonicMs();
    await waitFor(
      'a first sign of its work',
      async () => (await readdir(home.folders.data)).some((name) => name.startsWith('postgres')) || undefined,
      { timeoutMs: 20_000, everyMs: 10 },
    );
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, pauseMs - (monotonicMs() - began))));
    child.kill('SIGKILL');
    await ended.catch(() => {});
  }
  const { url } = await startEmbedded(home.folders);
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
}, 60_000);

test('a pid file that a crash of the machine left does not stop it', async () => {
  const { url } = await startEmbedded(home.folders);
  await stopEmbedded(home.folders);
  // Our own number: a live process, but no server.
  const file = join(clusterFolder(home.folders), 'postmaster.pid');
  await writeFile(
    file,
    [process.pid, clusterFolder(home.folders), 1, 5432, '', '127.0.0.1', '0 0', 'ready', ''].join('\n'),
  );
  expect((await embeddedStatus(home.folders)).running).toBe(false);
  expect((await startEmbedded(home.folders)).url).toBe(url);
}, 60_000);

test('a port that was taken meanwhile is replaced; lost settings cost a new password, not the data', async () => {
  const { url, port } = await startEmbedded(home.folders);
  await query(url, 'create table kept as select 42 as answer');
  await stopEmbedded(home.folders);
  const thief = createServer();
  await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve));
  const moved = await startEmbedded(home.folders);
  thief.close();
  expect(moved.port).not.toBe(port);
  expect(await query(moved.url, 'select answer from kept')).toEqual([{ answer: 42 }]);

  await rm(join(home.folders.home, 'postgres.json'));
  const renewed = await startEmbedded(home.folders);
  expect(new URL(renewed.url).password).not.toBe(new URL(url).password);
  expect(await query(renewed.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
}, 60_000);

test('data of another major version is refused in plain words and left alone', async () => {
  const folder = clusterFolder(home.folders);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'PG_VERSION'), '15\n');
  await expect(startEmbedded(home.folders)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: /was made by Postgres 15, but this installation brings Postgres \d+/,
  });
  expect(await readFile(join(folder, 'PG_VERSION'), 'utf8')).toBe('15\n');
});

test('the lock lets one in at a time', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, () =>
      withEmbeddedLock(home.folders, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
});
