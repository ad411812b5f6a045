import { waitFor } from '@ordeal/core';
import {
  type EngineProxy,
  openEngineProxy,
  TEST_ENGINE_TIMEOUT_MS,
  testEngine,
  whyNoTestEngine,
} from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openWorldOn } from './support/docker-world.ts';
import { leftForGood } from './support/left-for-good.ts';

const why = whyNoTestEngine();

describe.skipIf(why !== undefined)(
  `an engine that goes away in a trial${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let proxy: EngineProxy;
    let world: DockerWorld;
    beforeAll(async () => {
      const engine = await testEngine('helper', 'etcd');
      proxy = await openEngineProxy();
      world = await openWorldOn(engine, { etcd: engine.image('etcd') }, { host: proxy.address });
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
      proxy?.[Symbol.dispose]();
    });

    it('makes it void, and starts no other; what was left is removed, and both run when it is back', async () => {
      const { store } = world;
      const chaos = '  - { type: network_partition, target: leader, duration_seconds: 8 }';
      const file = await world.file(shortCampaign({ subject: 'etcd', chaos, extra: 'goal: whole\n' }));
      const worker = world.start(['worker']);
      expect(await world.ordeal('enqueue', file)).toMatchObject({ code: 0 });
      const { trialId } = await waitFor(
        'a fault is active',
        async () => (await store.openInjections()).find(({ state }) => state === 'active'),
        { timeoutMs: 120_000, everyMs: 100 },
      );
      proxy.cut();
      const [{ campaignId = '' } = {}] = await store.liveExecutions();
      await waitFor(
        'it is being removed',
        async () =>
          (await store.campaignActivity(campaignId, 0)).live.find(({ phase }) => phase === 'removing'),
        { timeoutMs: 30_000 },
      );
      expect(await world.left(), 'an engine that is away can remove nothing').not.toEqual([]);
      const next = await world.file(shortCampaign({ subject: 'etcd', extra: 'goal: whole\n' }));
      expect(await world.ordeal('enqueue', next)).toMatchObject({ code: 0 });
      await waitFor(
        'a trial is not started',
        () => worker.output().includes('no trial is started while the engine is away') || undefined,
        { timeoutMs: 30_000 },
      );
      await proxy.restore();
      await waitFor(
        'both campaigns are finished',
        async () => (await store.listCampaigns()).every(({ status }) => status === 'finished') || undefined,
        { timeoutMs: 120_000, everyMs: 200 },
      ).catch((error: unknown) => expect.fail(`${String(error)}\n${worker.output()}`));
      expect(await store.listExecutions(trialId)).toMatchObject([
        {
          end: 'void',
          voidCause: 'instance_lost',
          error: expect.stringContaining(`the Docker engine at ${proxy.address} does not answer`),
        },
        { end: 'result' },
      ]);
      // The newest comes first.
      const campaigns = await store.listCampaigns();
      const trials = (await Promise.all(campaigns.map(({ id }) => store.listTrials(id)))).flat();
      expect(trials.map(({ outcome }) => outcome)).toEqual(['resolved', 'resolved']);
      expect(await store.listExecutions(trials[0]?.id ?? '')).toMatchObject([
        { execution: 1, end: 'result' },
      ]);
      worker.child.kill('SIGTERM');
      expect(await worker.ended).toBe(0);
      expect(await leftForGood(() => world.left())).toEqual([]);
    }, 300_000);
  },
);
