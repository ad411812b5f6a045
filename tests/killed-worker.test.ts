import { waitFor } from '@ordeal/core';
import { descendantsOf, isAlive } from '@ordeal/place';
import { describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld, whyNot } from './support/world.ts';

const why = whyNot('redis');
describe(`on the redis backend${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  it.skipIf(why !== undefined)(
    'a worker killed with SIGKILL loses nothing: its faults are undone at once, its trials run again within 20 s',
    async ({ onTestFinished }) => {
      await using world = await openWorld('redis');
      const { store } = world;
      const workers = [world.start(['worker']), world.start(['worker'])];
      const file = await world.file(
        shortCampaign({
          chaos: '  - { type: latency, target: leader }',
          trials: 3,
          parallel: 2,
          extra: 'cooldown_seconds: 1',
        }),
      );
      expect((await world.ordeal('enqueue', file)).code).toBe(0);
      const [campaign] = await store.listCampaigns();
      const id = campaign?.id ?? '';

      // From here to the end, seen about every 100 ms: never more than `parallel` at once, and at times just as many.
      let most = 0;
      const sampling = setInterval(async () => {
        most = Math.max(most, (await store.liveExecutions().catch(() => [])).length);
      }, 100);
      onTestFinished(() => clearInterval(sampling));

      // Kill the worker whose trial has its fault on.
      const victim = await waitFor(
        'a fault is active',
        async () => (await store.openInjections()).find((injection) => injection.state === 'active'),
        { timeoutMs: 120_000 },
      );
      const live = (await store.liveExecutions()).find((execution) => execution.trialId === victim.trialId);
      const row = (await store.liveWorkers(30_000)).find((worker) => worker.id === live?.workerId);
      const dead = workers.find((worker) => worker.pid === row?.pid);
      if (dead === undefined) throw new Error('the victim is not one of ours');
      const before = await store.liveExecutions();
      const lost = before
        .filter((execution) => execution.workerId === row?.id)
        .map((execution) => execution.trialId);
      const family = descendantsOf(dead.pid);
      expect(family.length, 'guard and nodes').toBeGreaterThan(3);
      dead.child.kill('SIGKILL');
      const diedMs = performance.now();

      await waitFor(
        'guard and nodes of the dead worker are gone',
        () => (family.some(isAlive) ? undefined : true),
        { timeoutMs: 5_000 },
      );
      for (const trialId of lost) {
        await waitFor(
          'the lost trial runs again',
          async () => {
            const trial = await store.getTrial(trialId);
            return trial !== undefined && trial.execution >= 2 ? true : undefined;
          },
          { timeoutMs: Math.max(1, 20_000 - (performance.now() - diedMs)) },
        );
      }
      await waitFor(
        'the campaign is finished',
        async () => ((await store.getCampaign(id))?.status === 'finished' ? true : undefined),
        { timeoutMs: 150_000, everyMs: 250 },
      );
      await waitFor(
        'the ledger has no open row',
        async () => ((await store.openInjections()).length === 0 ? true : undefined),
        { timeoutMs: 10_000, everyMs: 250 },
      );
      const key = (await store.getTrial(victim.trialId))?.key;
      expect((await world.ordeal('status', id)).stdout).toMatch(
        new RegExp(
          `${key}: execution 1 lost: worker ${row?.id} silent since \\d\\d:.*; ` +
            'its guard undid the fault at \\d\\d:.*; completed by execution 2: ',
        ),
      );
      expect(most).toBe(2);
      const trials = await store.listTrials(id);
      expect(trials.map((trial) => trial.status)).toEqual(['completed', 'completed', 'completed']);
      for (const trial of trials) {
        const executions = await store.listExecutions(trial.id);
        const ends = executions.map((execution) => execution.end);
        expect(ends).toEqual(lost.includes(trial.id) ? ['lost', 'result'] : ['result']);
        expect(trial.failures, 'a loss does not spend attempts').toBe(0);
      }
    },
  );
});
