import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DockerWorld, openWorldOn } from './support/docker-world.ts';
import { expectAsOnPages, runInSmall } from './support/ready-made.ts';
import { buildTikvDoubleImages, type TikvDoubleImages } from './support/tikv-double-images.ts';

/** The double calls a store Disconnected after 5 s. */
const LIFT_SECONDS = 12;
/** Beside those on the stores: the placement drivers are a cluster of their own. */
const ON_PD = [{ type: 'node_kill', target: 'pd_leader' }];
const DOUBLE_TIMES = {
  DOUBLE_STORE_HEARTBEAT_MS: 1_000,
  DOUBLE_DISCONNECTED_MS: 5_000,
  DOUBLE_RAFT_LEASE_MS: 3_000,
};

const why = whyNoTestEngine();

/** The subject tikv with its own arguments, faults and probes; behind the images there is a double of PD and TiKV. */
describe.skipIf(why !== undefined)(
  `tikv against a double of PD and TiKV${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let images: TikvDoubleImages;
    let world: DockerWorld;
    beforeAll(async () => {
      const engine = await testEngine('helper');
      images = await buildTikvDoubleImages(engine, DOUBLE_TIMES);
      world = await openWorldOn(engine, { pd: images.pd, tikv: images.tikv });
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
      await images?.[Symbol.asyncDispose]();
    });

    test('the ready-made campaign runs to its end, each fault as docs/tikv.md says', async () => {
      const trials = await runInSmall(world, 'tikv-chaos', ({ chaos_types: onStores }) => ({
        // One at a time: the baseline must be quiet, and the proof of a latency has seven links to compare.
        parallel: 1,
        chaos_types: [
          ...onStores.map((entry) =>
            'duration_seconds' in entry ? { ...entry, duration_seconds: LIFT_SECONDS } : entry,
          ),
          ...ON_PD,
        ],
      }));
      // All but the latency and the baseline.
      expectAsOnPages(trials, trials.length - 2);
      const recordOf = (type: string) => trials.find(({ key }) => key === `tikv/${type}#0`)?.record;
      for (const { key, record } of trials) {
        expect(record?.findings, key).toEqual([]);
        // Without a load there is nothing to account for.
        expect(record, key).not.toHaveProperty('availability');
        expect(record, key).not.toHaveProperty('writes');
      }
      // The store itself answers beside the cut: only PD, which hears nothing of it, can say that it is away.
      const silentMs = DOUBLE_TIMES.DOUBLE_DISCONNECTED_MS - DOUBLE_TIMES.DOUBLE_STORE_HEARTBEAT_MS;
      expect(recordOf('network_partition')?.brokeMs).toBeGreaterThan(silentMs);
    }, 600_000);
  },
);
