import { join } from 'node:path';
import { deadlineSignal, monotonicMs, type SubjectProbe, waitFor } from '@ordeal/core';
import { processesIn } from '@ordeal/place';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocalInstance, type LocalInstance } from '../testing/local-instance.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { doubleAsProcesses } from './testing/double-as-processes.ts';

/** The probe against a double of PD and TiKV; what is real about it says tests/doubles/pd-tikv/README.md. */
const { topology } = doubleAsProcesses;
const NODES = topology.nodes.map(({ name }) => name);
const soon = () => deadlineSignal(5_000);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let instance: LocalInstance;
let probe: SubjectProbe;

async function untilWhole(wanted: boolean | RegExp, timeoutMs = 60_000): Promise<string> {
  let detail = '';
  return waitFor(
    `whole: ${wanted}`,
    async () => {
      const seen = await probe.whole(soon());
      detail = seen.detail;
      const isWanted = wanted instanceof RegExp ? !seen.whole && wanted.test(detail) : seen.whole === wanted;
      return isWanted ? detail : undefined;
    },
    { timeoutMs, everyMs: 100 },
  ).catch((error: unknown) => {
    throw new Error(`${detail}\n${NODES.map((node) => instance.logOf(node)).join('\n')}`, { cause: error });
  });
}

const membersOf = (node: string) =>
  processesIn(instance.folderOf(node)).map((identity) => Number.parseInt(identity, 10));

/** All processes of the node stand still while `act` runs. */
async function withPaused<T>(node: string, act: () => Promise<T>): Promise<T> {
  const members = membersOf(node);
  for (const pid of members) process.kill(pid, 'SIGSTOP');
  try {
    return await act();
  } finally {
    for (const pid of members) process.kill(pid, 'SIGCONT');
  }
}

async function leaderNow(): Promise<string> {
  return waitFor(
    'a leading PD',
    async () => {
      const roles = await probe.roles(soon());
      return Object.keys(roles).find((node) => roles[node] === 'pd_leader');
    },
    { timeoutMs: 60_000 },
  );
}

beforeAll(async () => {
  folder = await temporaryFolder();
  instance = await createLocalInstance(doubleAsProcesses, {
    folder: join(folder.path, 'instance'),
    cacheFolder: join(folder.path, 'cache'),
  });
  await Promise.all(NODES.map((node) => instance.start(node)));
  probe = doubleAsProcesses.observe(instance.observer);
  const before = monotonicMs();
  await untilWhole(true);
  console.info(`the double is whole after ${Math.round(monotonicMs() - before)} ms`);
}, 120_000);

afterAll(async () => {
  await probe?.close();
  await instance?.remove();
  expect(processesIn(join(folder.path, 'instance'))).toEqual([]);
  await folder.remove();
});

beforeEach(async () => {
  await untilWhole(true);
});

describe('a healthy double', () => {
  test('has one leading PD, two others and three stores', async () => {
    const leader = await leaderNow();
    expect(await probe.roles(soon())).toEqual({
      pd0: 'pd',
      pd1: 'pd',
      pd2: 'pd',
      [leader]: 'pd_leader',
      tikv0: 'tikv',
      tikv1: 'tikv',
      tikv2: 'tikv',
    });
  });

  test('shows its state: members, stores with sizes and heartbeats, three replicas of the region', async () => {
    const state = await probe.capture(soon());
    expect(Object.keys(state)).toEqual([...NODES, 'cluster']);
    expect(state).toMatchObject({
      pd1: { reachable: true, finds_healthy: ['pd0', 'pd1', 'pd2'] },
      tikv2: { reachable: true, state: 'Up', regions: 1, capacity_bytes: expect.any(Number) },
      cluster: { leader: await leaderNow(), regions: 1, regions_missing_a_replica: 0 },
    });
    const stores = ['tikv0', 'tikv1', 'tikv2'].map((name) => state[name] as Record<string, number | string>);
    expect(stores.reduce((sum, { leaders }) => sum + Number(leaders), 0)).toBe(1);
    for (const { last_heartbeat } of stores) {
      expect(Date.now() - Date.parse(String(last_heartbeat))).toBeLessThan(10_000);
    }
  });

  test('answers pings, each node by its own protocol', async () => {
    const pingable = topology.nodes.flatMap(({ name, ports, pingable = ports.slice(0, 1) }) =>
      pingable.map((port) => ({ name, port })),
    );
    expect(pingable).toHaveLength(9);
    for (const { name, port } of pingable) {
      const ms = await probe.ping(name, instance.observer.address(name, port), soon());
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThan(1_000);
    }
  });
});

describe('what a fault does', () => {
  test('a killed store is seen at once, then called Disconnected, and is back with the same launch', async () => {
    await instance.kill('tikv1');
    expect(await untilWhole(false)).toContain('tikv1: ');
    const address = instance.observer.address('tikv1', 'grpc');
    await expect(probe.ping('tikv1', address, soon())).rejects.toThrow('ECONNREFUSED');
    expect(Object.keys(await probe.roles(soon()))).toEqual(['pd0', 'pd1', 'pd2', 'tikv0', 'tikv2']);
    await untilWhole(/PD: tikv1 is Disconnected/);
    expect(await probe.capture(soon())).toMatchObject({
      tikv1: { reachable: false, state: 'Disconnected', error: expect.stringContaining('ECONNREFUSED') },
    });
    await instance.start('tikv1');
    await untilWhole(true);
  }, 120_000);

  test('the leadership of the region moves away from a store that stands still', async () => {
    const leaderOf = async () => {
      const state = await probe.capture(soon());
      return ['tikv0', 'tikv1', 'tikv2'].find((name) => (state[name] as { leaders?: number }).leaders === 1);
    };
    const before = await leaderOf();
    if (before === undefined) throw new Error('nobody leads the region');
    await withPaused(before, async () => {
      const address = instance.observer.address(before, 'grpc');
      await expect(probe.ping(before, address, deadlineSignal(400))).rejects.toThrow();
      expect(await untilWhole(false)).toContain(`${before}: no answer in time`);
      await waitFor(
        'another leading store',
        async () => {
          const now = await leaderOf();
          return now !== undefined && now !== before ? now : undefined;
        },
        { timeoutMs: 60_000 },
      );
    });
    await untilWhole(true);
  }, 120_000);

  test('a leading PD that is killed is replaced by another one', async () => {
    const before = await leaderNow();
    await instance.kill(before);
    expect(await untilWhole(false)).toContain(`${before}: `);
    const after = await leaderNow();
    expect(after).not.toBe(before);
    expect(await probe.roles(soon())).not.toHaveProperty(before);
    await instance.start(before);
    await untilWhole(true);
  }, 120_000);

  test('without a majority of PD there is no leader, and the rest says so', async () => {
    await Promise.all([instance.kill('pd0'), instance.kill('pd1')]);
    await untilWhole(/PD: .*(no answer in time|no leader)/);
    expect(await probe.roles(soon())).toMatchObject({ pd2: 'pd', tikv0: 'tikv' });
    const { cluster } = await probe.capture(deadlineSignal(6_000));
    expect(cluster).toMatchObject({ reachable: false, error: expect.stringContaining('no leader') });
    await Promise.all([instance.start('pd0'), instance.start('pd1')]);
    await untilWhole(true);
  }, 120_000);

  test('a sample ends by its signal, whatever stands still', async () => {
    await withPaused('pd2', () =>
      withPaused('tikv0', async () => {
        const asked = monotonicMs();
        const { whole, detail } = await probe.whole(deadlineSignal(500));
        expect(monotonicMs() - asked).toBeLessThan(1_500);
        expect(whole).toBe(false);
        expect(detail).toMatch(/pd2: no answer in time.*tikv0: no answer in time/);
      }),
    );
    await untilWhole(true);
  }, 120_000);
});
