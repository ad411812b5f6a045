import { waitFor } from '@ordeal/core';
import { descendantsOf, pidOf } from '@ordeal/place';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';
import { expectAsOnPages, runInSmall } from './support/ready-made.ts';

const why = whyNoTestEngine();

describe.skipIf(why !== undefined)(
  `etcd in containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let world: DockerWorld;
    beforeAll(async () => {
      world = await openDockerWorld('etcd');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
    });

    it('runs its ready-made campaign as docs/etcd.md says, and leaves nothing on the engine', async () => {
      const trials = await runInSmall(world, 'etcd-smoke');
      expectAsOnPages(trials, 3);
      expect(trials[0]?.record?.initialState).toMatchObject({
        'etcd-1': { reachable: true, term: expect.any(Number), leader: expect.stringMatching(/^\d+$/) },
      });
    });

    it('what a killed guard left on the engine is removed by the next, and the trial runs again', async () => {
      const { store } = world;
      const worker = world.start(['worker']);
      const file = await world.file(shortCampaign({ subject: 'etcd', extra: 'goal: whole\n' }));
      expect((await world.ordeal('enqueue', file)).code).toBe(0);
      const injection = await waitFor('a fault is active', async () => (await store.openInjections())[0], {
        timeoutMs: 90_000,
      });
      // The guard is the worker's only child.
      const [guard] = descendantsOf(worker.pid);
      process.kill(pidOf(guard ?? ''), 'SIGKILL');
      const trial = await waitFor(
        'the trial is completed',
        async () => {
          const now = await store.getTrial(injection.trialId);
          return now?.status === 'completed' ? now : undefined;
        },
        { timeoutMs: 120_000, everyMs: 250 },
      );
      expect(trial).toMatchObject({ outcome: 'resolved', execution: 2, losses: 1 });
      worker.child.kill('SIGTERM');
      expect(await worker.ended, worker.output()).toBe(0);
      expect(await world.left()).toEqual([]);
    });
  },
);
