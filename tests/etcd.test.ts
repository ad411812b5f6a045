import { waitFor } from '@ordeal/core';
import { descendantsOf, pidOf } from '@ordeal/place';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';

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

    it('is killed, paused, cut off and held back, and gets over it; nothing is left on the engine', async () => {
      const chaos = [
        '  - { type: node_kill, target: leader }',
        '  - { type: node_kill, target: follower, params: { mode: stop }, duration_seconds: 2 }',
        '  - { type: process_pause, target: leader, duration_seconds: 3 }',
        '  - { type: network_partition, target: follower, duration_seconds: 2 }',
        '  - { type: cpu_pressure, target: leader, params: { percent: 99 }, duration_seconds: 5 }',
      ].join('\n');
      const extra = 'goal: whole\ninclude_baseline: true\n';
      const file = await world.file(shortCampaign({ subject: 'etcd', chaos, extra }));
      const { code, stdout, stderr } = await world.ordeal('enqueue', file, '--with-worker');
      expect(stderr).toBe('');
      expect(code, stdout).toBe(0);
      const [campaign] = await world.store.listCampaigns();
      const trials = await world.store.listTrials(campaign?.id ?? '');
      expect(Object.fromEntries(trials.map(({ key, outcome }) => [key, outcome]))).toEqual({
        'etcd/node_kill#0': 'resolved',
        'etcd/node_kill.2#0': 'resolved',
        'etcd/process_pause#0': 'resolved',
        'etcd/network_partition#0': 'resolved',
        'etcd/cpu_pressure#0': 'resolved',
        'etcd/none#0': 'quiet',
      });
      expect(trials[0]?.record?.initialState).toMatchObject({
        'etcd-1': { reachable: true, term: expect.any(Number), leader: expect.stringMatching(/^\d+$/) },
      });
      // While trials ran, the instances of others were made ready; the first one found none.
      const starts = await Promise.all(trials.map(({ id }) => startedAhead(world, id)));
      expect(starts[0]).toBe(false);
      expect(starts).toContain(true);
      expect(await world.left()).toEqual([]);
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

/** Whether the trial's instance had been made ready ahead, according to its timeline. */
async function startedAhead({ store }: DockerWorld, trialId: string): Promise<unknown> {
  const events = await store.listEvents(trialId);
  return events.find(({ kind }) => kind === 'started')?.data.ready_ahead;
}
