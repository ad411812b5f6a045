import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deadlineSignal, type LoadLine, monotonicMs, type SubjectProbe, waitFor } from '@ordeal/core';
import { processesIn } from '@ordeal/place';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadKey } from '../load-client/load-key.ts';
import { createLocalInstance, type LocalInstance } from '../testing/local-instance.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { createNodeConnection } from './node-connection.ts';
import { redis } from './subject.ts';
import { localRedis } from './testing/local-redis.ts';
import { REDIS_PORT, SENTINEL_PORT, SENTINELS, SERVERS } from './topology.ts';

const noRedis = whyNoRedisServer();

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
    // A primary that comes back is told to be a replica when the sentinels have watched it for 8 s.
    { timeoutMs: 30_000, everyMs: 250 },
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

const failed = (lines: readonly LoadLine[]) => lines.filter((line) => !line.ok);
const succeeded = (lines: readonly LoadLine[]) => lines.filter((line) => line.ok);

async function holders(role: string): Promise<string[]> {
  return Object.entries(await probe.roles(soon())).flatMap(([name, held]) => (held === role ? [name] : []));
}

async function primaryNow(): Promise<string> {
  const [primary, ...others] = await holders('primary');
  expect(others).toEqual([]);
  return primary ?? '';
}

/** Waits until so many writes in a row succeed: after a failover, a sentinel may still name the old primary. */
async function untilWritesSucceed(count: number): Promise<void> {
  const from = instance.lines.length;
  await waitFor(
    `${count} writes in a row succeed`,
    () => {
      const last = instance.lines
        .slice(from)
        .filter(({ op }) => op === 'write')
        .slice(-count);
      return (last.length === count && failed(last).length === 0) || undefined;
    },
    { timeoutMs: 15_000 },
  );
}

/** Waits until a server other than that one takes the client's writes. */
async function untilWritesGoOn(): Promise<void> {
  const from = instance.lines.length;
  await waitFor(
    'writes again after a failure',
    () => {
      const writes = instance.lines.slice(from).filter(({ op }) => op === 'write');
      const broke = writes.findIndex(({ ok }) => !ok);
      return (broke >= 0 && writes.slice(broke).some(({ ok }) => ok)) || undefined;
    },
    { timeoutMs: 20_000 },
  );
}

function signal(node: string, name: NodeJS.Signals): void {
  for (const identity of processesIn(instance.folderOf(node))) {
    process.kill(Number.parseInt(identity, 10), name);
  }
}

describe.skipIf(noRedis !== undefined)(`redis as processes${noRedis ? `: ${noRedis}` : ''}`, () => {
  beforeAll(async () => {
    folder = await temporaryFolder();
    const before = monotonicMs();
    const folders = { folder: join(folder.path, 'instance'), cacheFolder: join(folder.path, 'cache') };
    instance = await createLocalInstance(localRedis, folders);
    await Promise.all(redis.topology.nodes.map((node) => instance.start(node.name)));
    probe = redis.observe(instance.observer);
    await untilWhole(true);
    startedInMs = monotonicMs() - before;
  }, 40_000);

  afterAll(async () => {
    await probe?.close();
    await instance?.remove();
    expect(processesIn(join(folder.path, 'instance'))).toEqual([]);
    await folder.remove();
  });

  beforeEach(async () => {
    // A test that failed may have left somebody dead: the next ones have nothing to do with that.
    const dead = redis.topology.nodes.filter(({ name }) => processesIn(instance.folderOf(name)).length === 0);
    await Promise.all(dead.map(({ name }) => instance.start(name)));
    await untilWhole(true);
  }, 35_000);

  test('is whole well within its budget', () => {
    console.info(`from prepare to whole: ${Math.round(startedInMs)} ms`);
    expect(startedInMs).toBeLessThan(redis.startBudgetMs);
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
    const primary = createNodeConnection(instance.observer.address(await primaryNow(), REDIS_PORT));
    expect(await primary.ask([['DEL', loadKey(lost)]], soon())).toEqual([1]);
    primary.close();
    // More than go into one question.
    const never = Array.from({ length: 2_500 }, (_, number) => number);
    expect(await probe.missingWrites?.([...acks, ...never], soon())).toEqual([lost, ...never]);
  });

  test('says its roles and its state', async () => {
    expect(await probe.roles(soon())).toEqual({
      redis0: 'primary',
      redis1: 'replica',
      redis2: 'replica',
      sentinel0: 'sentinel',
      sentinel1: 'sentinel',
      sentinel2: 'sentinel',
    });
    const state = await probe.capture(soon());
    expect(state).toMatchObject({
      redis0: { reachable: true, role: 'primary', replicas: [expect.any(String), expect.any(String)] },
      redis1: { role: 'replica', link: 'connected', offset: expect.any(Number) },
      sentinel0: { role: 'sentinel', sees: { primary: true, other_sentinels: 2 }, tilt: false },
      failovers: 0,
    });
    expect(state.redis1).toHaveProperty('follows', (state.sentinel0 as { primary: string }).primary);
  });

  test('answers a ping and a transfer, servers and sentinels alike', async () => {
    const ports = [
      ...SERVERS.map((name) => [name, REDIS_PORT] as const),
      ...SENTINELS.map((name) => [name, SENTINEL_PORT] as const),
    ];
    for (const [name, port] of ports) {
      const address = instance.observer.address(name, port);
      expect(await probe.ping(name, address, soon())).toBeLessThan(500);
      for (const bytes of [1_024, 1_000_000]) {
        expect(await probe.transfer?.(name, address, bytes, soon())).toBeGreaterThan(0);
      }
    }
  });

  test('a killed primary is replaced, and comes back as a replica', async () => {
    const before = await primaryNow();
    const failovers = async () => Number((await probe.capture(soon())).failovers);
    const earlier = await failovers();
    const going = untilWritesGoOn();
    await instance.kill(before);
    expect(await untilWhole(false)).toContain(`${before}: `);
    await going;
    const after = await primaryNow();
    expect(after).not.toBe(before);
    expect(await failovers()).toBe(earlier + 1);
    await untilWritesSucceed(5);

    await instance.start(before);
    expect(await untilWhole(true)).toMatch(`${after} is the primary`);
    expect(await primaryNow()).toBe(after);
    expect(await holders('replica')).toContain(before);
  }, 60_000);

  test('a frozen primary is replaced; thawed, it believes in its role at first, and no longer in the end', async () => {
    const before = await primaryNow();
    const going = untilWritesGoOn();
    signal(before, 'SIGSTOP');
    try {
      await going;
      expect(await primaryNow()).not.toBe(before);
    } finally {
      signal(before, 'SIGCONT');
    }
    expect(await untilWhole(false)).toMatch(/primaries: |follows|holds/);
    await untilWhole(true);
    expect(await holders('replica')).toContain(before);
  }, 60_000);

  test('with one replica down writes go on, but it is not whole', async () => {
    const [replica = ''] = await holders('replica');
    await instance.kill(replica);
    expect(await untilWhole(false)).toContain(`${replica}: `);
    const { writes, reads } = await nextOperations(10);
    expect([...failed(writes), ...failed(reads)]).toEqual([]);
    await instance.start(replica);
    await untilWhole(true);
  }, 60_000);

  test('a primary without replicas acknowledges nothing, and still answers reads', async () => {
    const primary = await primaryNow();
    const replicas = await holders('replica');
    await Promise.all(replicas.map((replica) => instance.kill(replica)));
    expect(await untilWhole(false)).toContain(`${replicas[0]}: `);
    const { writes, reads } = await nextOperations(10);
    expect([...succeeded(writes), ...failed(reads)]).toEqual([]);
    expect(writes[0]?.error).toContain('NOREPLICAS');
    expect(await primaryNow()).toBe(primary);
    await Promise.all(replicas.map((replica) => instance.start(replica)));
    await untilWhole(true);
    await untilWritesSucceed(5);
  }, 60_000);

  test('a dead sentinel is missed by the others, and nobody else misses it', async () => {
    await instance.kill('sentinel2');
    expect(await untilWhole(false)).toMatch(/^sentinel2: /);
    await waitFor(
      'the others see that it is gone',
      async () => /sentinel0: it sees 1 of 2 other sentinels/.test((await wholeNow()).detail) || undefined,
      { timeoutMs: 10_000, everyMs: 250 },
    );
    const { writes, reads } = await nextOperations(10);
    expect([...failed(writes), ...failed(reads)]).toEqual([]);
    await instance.start('sentinel2');
    await untilWhole(true);
  }, 60_000);

  test('a frozen server is told by its silence, and samples still end in time', async () => {
    const [replica = ''] = await holders('replica');
    signal(replica, 'SIGSTOP');
    try {
      const asked = monotonicMs();
      const { whole, detail } = await probe.whole(deadlineSignal(400));
      expect(monotonicMs() - asked).toBeLessThan(600);
      expect({ whole, detail }).toEqual({ whole: false, detail: `${replica}: no answer in time` });
    } finally {
      signal(replica, 'SIGCONT');
    }
    await untilWhole(true);
  }, 60_000);
});

/** @throws Error in CI, where nothing may be skipped. */
function whyNoRedisServer(): string | undefined {
  if (spawnSync('redis-server', ['--version']).status === 0) return undefined;
  if (process.env.CI) throw new Error('redis-server is not installed, and CI skips nothing');
  return 'redis-server is not installed';
}
