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

    it('makes it void, which waits for the engine; then what was left is removed and the trial runs again', async () => {
      const { store } = world;
      const chaos = '  - { type: network_partition, target: leader, duration_seconds: 8 }';
      const extra = 'goal: whole\ninclude_baseline: true\n';
      const file = await world.file(shortCampaign({ subject: 'etcd', chaos, extra }));
      const run = world.start(['enqueue', file, '--with-worker']);
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
      await proxy.restore();
      expect(await run.ended, run.output()).toBe(0);
      expect(await store.listExecutions(trialId)).toMatchObject([
        {
          end: 'void',
          voidCause: 'instance_lost',
          error: expect.stringContaining(`the Docker engine at ${proxy.address} does not answer`),
        },
        { end: 'result' },
      ]);
      const trials = await store.listTrials(campaignId);
      expect(trials.map(({ outcome }) => outcome)).toEqual(['resolved', 'quiet']);
      expect(await world.left()).toEqual([]);
    }, 300_000);
  },
);
