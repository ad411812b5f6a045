import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deadlineSignal, type LoadLine, monotonicMs, type SubjectProbe, waitFor } from '@ordeal/core';
import { processesIn, unprivilegedUser } from '@ordeal/place';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocalInstance, type LocalInstance } from '../testing/local-instance.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { DATABASE } from './schema.ts';
import { seedOf } from './seed.ts';
import { postgres } from './subject.ts';
import { PRIMARY, SERVER_VOLUME, SQL_PORT } from './topology.ts';

const SERVERS = ['postgres0', 'postgres1', 'postgres2'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let instance: LocalInstance;
let probe: SubjectProbe;
let startedInMs: number;

const soon = () => deadlineSignal(1_500);
const wholeNow = () => probe.whole(soon());

/** Waits for a sample, four a second, that is whole or not; returns what it said. */
async function untilWhole(whole: boolean): Promise<string> {
  return waitFor(
    whole ? 'whole' : 'not whole',
    async () => {
      const sample = await wholeNow();
      return sample.whole === whole ? sample.detail : undefined;
    },
    { timeoutMs: 15_000, everyMs: 250 },
  );
}

/** The next operations that are started after now, at least so many of each kind. */
async function nextOperations(count: number): Promise<{ writes: LoadLine[]; reads: LoadLine[] }> {
  // Those under way end within their deadline of a second; what ends after that was started after now.
  const later = monotonicMs() + 1_100;
  await waitFor('older operations have ended', () => monotonicMs() > later || undefined, {
    timeoutMs: 2_000,
  });
  const from = instance.lines.length;
  return waitFor(
    `${count} operations of each kind`,
    () => {
      const lines = instance.lines.slice(from);
      const writes = lines.filter((line) => line.op === 'write');
      const reads = lines.filter((line) => line.op === 'read');
      return Math.min(writes.length, reads.length) >= count ? { writes, reads } : undefined;
    },
    { timeoutMs: 5_000 },
  );
}

const failed = (lines: LoadLine[]) => lines.filter((line) => !line.ok);
const succeeded = (lines: LoadLine[]) => lines.filter((line) => line.ok);

beforeAll(async () => {
  folder = await temporaryFolder();
  const cacheFolder = join(folder.path, 'cache');
  await seedOf({ cacheFolder, runAs: unprivilegedUser() });
  const before = monotonicMs();
  instance = await createLocalInstance(postgres, { folder: join(folder.path, 'instance'), cacheFolder });
  await Promise.all(postgres.topology.nodes.map((node) => instance.start(node.name)));
  probe = postgres.observe(instance.observer);
  await untilWhole(true);
  startedInMs = monotonicMs() - before;
}, 40_000);

afterAll(async () => {
  await probe?.close();
  await instance?.remove();
  expect(processesIn(join(folder.path, 'instance'))).toEqual([]);
  await folder.remove();
});

beforeEach(() => untilWhole(true));

describe('a healthy instance', () => {
  test('is whole well within its budget', () => {
    console.info(`from prepare to whole: ${Math.round(startedInMs)} ms`);
    expect(startedInMs).toBeLessThan(postgres.startBudgetMs);
  });

  test('serves: writes are acknowledged and written down, reads are answered', async () => {
    const { writes, reads } = await nextOperations(10);
    expect([...failed(writes), ...failed(reads)]).toEqual([]);
    const written = await readFile(join(instance.folderOf('client'), 'acknowledged.log'), 'utf8');
    expect(written.split('\n')).toEqual(expect.arrayContaining(writes.map((line) => String(line.ack))));
  });

  test('finds the writes that are gone, and no others', async () => {
    await nextOperations(10);
    const acks = instance.lines.flatMap(({ ack }) => ack ?? []);
    expect(await probe.missingWrites?.(acks, soon())).toEqual([]);
    const lost = acks[3] ?? Number.NaN;
    await deleteNumber(lost);
    // More than go into one question.
    const never = Array.from({ length: 12_000 }, (_, number) => number);
    const missing = await probe.missingWrites?.([...acks, ...never], soon());
    expect(missing?.toSorted((a, b) => a - b)).toEqual([...never, lost]);
  });

  test('says its roles', async () => {
    expect(await probe.roles(soon())).toEqual({
      postgres0: 'primary',
      postgres1: 'standby',
      postgres2: 'standby',
    });
  });

  test('shows its state: positions, rows, both standbys streaming', async () => {
    await untilWhole(true);
    const state = await probe.capture(soon());
    expect(Object.keys(state)).toEqual(SERVERS);
    expect(state).toMatchObject({
      postgres0: {
        reachable: true,
        role: 'primary',
        current_lsn: expect.stringMatching(/^[\dA-F]+\/[\dA-F]+$/),
        replication: [
          { name: 'postgres1', state: 'streaming', sync_state: 'quorum' },
          { name: 'postgres2', state: 'streaming', sync_state: 'quorum' },
        ],
      },
      postgres1: { role: 'standby', replay_lsn: expect.any(String), load_rows: expect.any(Number) },
    });
    const lags = Object.values(state).map((node) => (node as { heartbeat_lag_ms: number }).heartbeat_lag_ms);
    for (const lag of lags) expect(lag).toBeLessThan(1_000);
  });

  test('answers a ping', async () => {
    for (const name of SERVERS) {
      const ms = await probe.ping(name, instance.observer.address(name, 'sql'), soon());
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThan(500);
    }
  });

  test('gives back what is transferred, a megabyte as well as a kilobyte', async () => {
    for (const bytes of [1_024, 1_000_000]) {
      const address = instance.observer.address('postgres1', 'sql');
      const ms = await probe.transfer?.('postgres1', address, bytes, soon());
      expect(ms).toBeGreaterThan(0);
    }
  });

  test('bears overlapping samples on one connection per server', async () => {
    await Promise.all(Array.from({ length: 6 }, wholeNow));
    await untilWhole(true);
    const observers = SERVERS.map((name) => observerBackends(instance.folderOf(name)));
    expect(await Promise.all(observers)).toEqual([1, 1, 1]);
  });
});

describe('what a crash does', () => {
  test('a killed primary stops writes, is not whole, and recovers with the same launch', async () => {
    const before = await nextOperations(1);
    await instance.kill('postgres0');
    expect(await untilWhole(false)).toContain('postgres0: ');
    const under = await nextOperations(5);
    expect([...succeeded(under.writes), ...failed(under.reads)]).toEqual([]);
    expect(await probe.roles(soon())).toEqual({ postgres1: 'standby', postgres2: 'standby' });
    expect(await probe.capture(soon())).toMatchObject({
      postgres0: { reachable: false, error: expect.stringContaining('ECONNREFUSED') },
      postgres1: { reachable: true },
    });

    await instance.start('postgres0');
    await untilWhole(true);
    const after = await nextOperations(5);
    expect(failed(after.writes)).toEqual([]);
    expect(after.writes[0]?.ack).toBeGreaterThan(before.writes[0]?.ack ?? Number.POSITIVE_INFINITY);
  }, 30_000);

  test('with one standby down writes go on, but it is not whole', async () => {
    await instance.kill('postgres2');
    expect(await untilWhole(false)).toMatch(/^postgres2: /);
    const { writes, reads } = await nextOperations(10);
    expect([...failed(writes), ...failed(reads)]).toEqual([]);
    await instance.start('postgres2');
    await untilWhole(true);
  }, 30_000);

  test('with both standbys down no write is acknowledged, reads succeed, and the observer still gets in', async () => {
    await Promise.all([instance.kill('postgres1'), instance.kill('postgres2')]);
    expect(await untilWhole(false)).toMatch(/postgres1: .*; postgres2: /);
    const { writes, reads } = await nextOperations(25);
    expect([...succeeded(writes), ...failed(reads)]).toEqual([]);
    // Abandoned commits do not pile up on the server: those under way and those being cancelled, no more.
    expect(await loadBackends(instance.folderOf('postgres0'))).toBeLessThanOrEqual(14);
    expect(await probe.roles(soon())).toEqual({ postgres0: 'primary' });

    await Promise.all([instance.start('postgres1'), instance.start('postgres2')]);
    await untilWhole(true);
    expect(failed((await nextOperations(5)).writes)).toEqual([]);
  }, 30_000);

  test('a frozen standby is told by its silence, and samples still end in time', async () => {
    const members = processesIn(instance.folderOf('postgres1')).map((identity) =>
      Number.parseInt(identity, 10),
    );
    for (const pid of members) process.kill(pid, 'SIGSTOP');
    try {
      const asked = monotonicMs();
      const { whole, detail } = await probe.whole(deadlineSignal(400));
      expect(monotonicMs() - asked).toBeLessThan(600);
      expect({ whole, detail }).toEqual({ whole: false, detail: 'postgres1: no answer in time' });
      const { writes, reads } = await nextOperations(10);
      expect([...failed(writes), ...failed(reads)]).toEqual([]);
    } finally {
      for (const pid of members) process.kill(pid, 'SIGCONT');
    }
    await untilWhole(true);
  }, 30_000);

  test('a standby that has lost its primary is told by the age of its heartbeat', async () => {
    await instance.kill('postgres0');
    await waitFor(
      'old heartbeats',
      async () => {
        const { detail } = await wholeNow();
        return /postgres1: its heartbeat is \d\.\d s old/.test(detail) || undefined;
      },
      { timeoutMs: 5_000, everyMs: 250 },
    );
    await instance.start('postgres0');
    await untilWhole(true);
  }, 30_000);
});

/** Behind the client's back: by the superuser, whom the primary lets in for it. */
async function deleteNumber(number: number): Promise<void> {
  const cluster = join(instance.folderOf(PRIMARY), SERVER_VOLUME.path, 'cluster');
  await appendFile(join(cluster, 'pg_hba.conf'), 'host postgres postgres 127.0.0.1/32 trust\n');
  process.kill(Number.parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8'), 10), 'SIGHUP');
  const superuser = { user: 'postgres', database: DATABASE };
  const client = await waitFor(
    'the superuser is let in',
    async () => {
      const asked = new pg.Client({ ...instance.observer.address(PRIMARY, SQL_PORT), ...superuser });
      return asked.connect().then(
        () => asked,
        () => undefined,
      );
    },
    { timeoutMs: 5_000 },
  );
  try {
    const { rowCount } = await client.query('delete from load_number where number = $1', [number]);
    expect(rowCount).toBe(1);
  } finally {
    await client.end();
  }
}

/** Backends by the title that Postgres gives its processes: `postgres: postgres0: user database host state`. */
async function backends(nodeFolder: string, user: string): Promise<number> {
  const titles = await Promise.all(
    processesIn(nodeFolder).map((identity) =>
      readFile(`/proc/${Number.parseInt(identity, 10)}/cmdline`, 'utf8').catch(() => ''),
    ),
  );
  return titles.filter((title) => title.includes(` ${user} `)).length;
}
const observerBackends = (nodeFolder: string) => backends(nodeFolder, 'ordeal_observer');
const loadBackends = (nodeFolder: string) => backends(nodeFolder, 'ordeal_load');
