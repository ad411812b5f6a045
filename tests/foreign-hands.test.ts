import { waitFor } from '@ordeal/core';
import { placeId } from '@ordeal/place';
import {
  TEST_ENGINE_TIMEOUT_MS,
  type TestEngine,
  testEngine,
  whyNoTestEngine,
} from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openWorldOn } from './support/docker-world.ts';
import { leftForGood } from './support/left-for-good.ts';

const why = whyNoTestEngine();
const WHAT = [
  { part: 'helper', name: /-etcd-2-helper$/, error: /^etcd-2: somebody removed the container of its helper/ },
  { part: 'node', name: /-etcd-3$/, error: /^etcd-3: somebody removed its container/ },
];

describe.skipIf(why !== undefined)(
  `containers that somebody removes in a trial${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let engine: TestEngine;
    let world: DockerWorld;
    beforeAll(async () => {
      engine = await testEngine('helper', 'etcd');
      // Only the trial's own: one that was made ready for the next has nodes of the same names.
      world = await openWorldOn(engine, { etcd: engine.image('etcd') }, { readyAhead: 0 });
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
    });

    /** Removes the container of that name which the world's worker has now. */
    async function removeContainer(name: RegExp): Promise<void> {
      const filters = { label: [`ordeal.place=${placeId(world.folders)}`] };
      const all = await engine.docker.listContainers({ all: true, filters });
      const [found] = all.filter(({ Names }) => Names.some((own) => name.test(own)));
      await engine.docker.getContainer(found?.Id ?? '').remove({ force: true });
    }

    it('make it void with the reason, it runs again, the campaign goes on and nothing is left', async () => {
      const { store } = world;
      const chaos = '  - { type: network_partition, target: leader, duration_seconds: 8 }';
      const file = await world.file(
        shortCampaign({ subject: 'etcd', chaos, trials: WHAT.length, extra: 'goal: whole\n' }),
      );
      const run = world.start(['enqueue', file, '--with-worker']);
      for (const { name } of WHAT) {
        const active = await waitFor(
          'a fault is active in a first execution',
          async () =>
            (await store.openInjections()).find(
              ({ execution, state }) => execution === 1 && state === 'active',
            ),
          { timeoutMs: 120_000, everyMs: 100 },
        );
        await removeContainer(name);
        await waitFor(
          'the execution has ended',
          async () => (await store.listExecutions(active.trialId))[0]?.end ?? undefined,
          { timeoutMs: 30_000 },
        );
      }
      expect(await run.ended, run.output()).toBe(0);
      const [campaign] = await store.listCampaigns();
      const trials = await store.listTrials(campaign?.id ?? '');
      expect(trials.map(({ status, outcome }) => ({ status, outcome }))).toEqual(
        WHAT.map(() => ({ status: 'completed', outcome: 'resolved' })),
      );
      for (const [index, trial] of trials.entries()) {
        const [first, second] = await store.listExecutions(trial.id);
        expect(first).toMatchObject({
          end: 'void',
          voidCause: 'instance_lost',
          error: expect.stringMatching(WHAT[index]?.error ?? ''),
        });
        expect(second).toMatchObject({ end: 'result' });
        const injections = await store.listInjections(trial.id);
        expect(injections.map(({ state }) => state)).toEqual(['gone', 'gone']);
      }
      expect(await leftForGood(() => world.left())).toEqual([]);
    }, 300_000);
  },
);
