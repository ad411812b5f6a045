import { defaultSettings } from '@ordeal/config';
import { createRandom } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from './protocol.ts';
import { GuardContainers } from './testing/guard-containers.ts';

const why = whyNoTestEngine();
const fence = { trial: '1', execution: 1 };
const soon = { timeoutMs: 60_000 };

describe.skipIf(why !== undefined)(
  `a guard in a container${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let guards: GuardContainers;
    beforeEach(async () => {
      guards = await GuardContainers.create('etcd');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterEach(() => guards?.[Symbol.asyncDispose]());

    it('says who it is, breaks and mends a cluster, and is gone with all it made when its line ends', async () => {
      const client = await guards.start();
      expect(client.identity).toMatch(/^[0-9a-f]{12}@/);
      expect(client.recovered).toEqual([]);
      const started = await client.ask('start', { fence, subject: 'etcd', runtime: 'docker' }, soon);
      const steady = await client.ask('steady', { fence, settleMs: 500, budgetMs: 60_000 }, soon);
      expect(steady).toMatchObject({ steady: true });
      const plan = killOf('crash', 'etcd-1', started);
      const applied = await client.ask('apply', { fence, plan, activeWithinMs: 5_000 }, soon);
      expect(applied.finding).toMatchObject({ holds: true });
      const undone = await client.ask('undo', { fence, injection: 'x', goneWithinMs: 10_000 }, soon);
      expect(undone.finding).toMatchObject({ holds: true });
      await client.close();
      expect(await client.closed).toContain('the worker closed the line');
      await expect.poll(() => guards.present(), { timeout: 10_000 }).toEqual([]);
    });

    it('runs a subject of the settings file; when it is killed, the next of its place cleans up', async () => {
      const killed = await guards.start();
      const started = await killed.ask('start', { fence, subject: 'echo', runtime: 'docker' }, soon);
      const plan = killOf('stop', 'alpha', started);
      const applied = await killed.ask('apply', { fence, plan, activeWithinMs: 5_000 }, soon);
      expect(applied.finding).toMatchObject({ holds: true });
      const ofTheLiving = await guards.present();
      const alive = await guards.start();
      expect(alive.recovered).toEqual([]);
      const itself = `/ordeal-guard-${alive.guard}`;
      expect((await guards.present()).sort()).toEqual([...ofTheLiving, itself].sort());

      await killed.kill();
      // Of which no journal knows: two of the dead, one that a living guard is just making, and one that is not ours.
      const unknown = [await guards.makeNetwork(killed.guard), await guards.makeNetwork('g0000000a')];
      const inTheMaking = await guards.makeNetwork(alive.guard);
      const elsewhere = await guards.makeNetwork('g0000000a', 'elsewhere/engine/guards');
      expect(await guards.present()).toEqual(expect.arrayContaining([...unknown, inTheMaking]));
      const next = await guards.start();
      const byLabel = { trial: '2', execution: 1, injections: [], clean: true };
      expect(next.recovered.toSorted((one, other) => Number(one.trial) - Number(other.trial))).toEqual([
        { ...fence, injections: ['x'], clean: true },
        byLabel,
        byLabel,
      ]);
      expect((await guards.present()).sort()).toEqual(
        [itself, `/ordeal-guard-${next.guard}`, inTheMaking].sort(),
      );
      expect(await guards.present('elsewhere/engine/guards')).toEqual([elsewhere]);
      await alive.close();
      const { held, farewells } = await next.ask('left', {}, soon);
      expect(held).toEqual([]);
      expect(farewells).toMatchObject([{ ...fence, by: 'successor' }]);
      await next.ask('forget', { fence }, soon);
      expect(await next.ask('left', {}, soon)).toEqual({ held: [], farewells: [] });
      await next.close();
      await guards.removeNetworks();
    });

    it('that cannot start says why, and leaves nothing', async () => {
      const { settings } = guards.options;
      const docker = { ...settings.docker, socket: '/nonexistent/engine.sock' };
      await expect(guards.start({ settings: { ...settings, docker } })).rejects.toMatchObject({
        code: 'GUARD_LOST',
        message: expect.stringContaining('/nonexistent/engine.sock'),
      });
      const broken = guards.start({ env: { ORDEAL_FAULT_POINTS: 'no-such-point' } });
      await expect(broken).rejects.toThrow('there is no fault point no-such-point');
      await expect.poll(() => guards.present(), { timeout: 10_000 }).toEqual([]);
    });
  },
);

function killOf(mode: 'crash' | 'stop', target: string, { topology, nodes }: Answer<'start'>) {
  const plan = defaultSettings.repertoire.faultOf('node_kill')?.plan({
    injection: 'x',
    params: { mode },
    target,
    topology,
    nodes,
    random: createRandom(1),
  });
  if (plan === undefined) throw new Error('no node_kill');
  return plan;
}
