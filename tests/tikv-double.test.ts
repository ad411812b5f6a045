import { readFile } from 'node:fs/promises';
import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DockerWorld, openWorldOn } from './support/docker-world.ts';
import { buildTikvDoubleImages, type TikvDoubleImages } from './support/tikv-double-images.ts';

/** The ready-made campaign, once each and with shorter faults: the double calls a store Disconnected after 5 s. */
const IN_SMALL = [
  [/^trials_per_combination: \d+$/m, 'trials_per_combination: 1'],
  // One at a time: the baseline must be quiet, and the proof of a latency has seven links to compare.
  [/^parallel: \d+$/m, 'parallel: 1'],
  [/^cooldown_seconds: \d+$/m, 'cooldown_seconds: 0'],
  [/duration_seconds: \d+/g, 'duration_seconds: 12'],
] as const;
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

    test('the ready-made campaign runs to its end, each fault with its own effect', async () => {
      const whole = await readFile(new URL('../campaigns/tikv-chaos.yaml', import.meta.url), 'utf8');
      const file = await world.file(
        IN_SMALL.reduce((text, [pattern, shorter]) => text.replace(pattern, shorter), whole),
      );
      const run = world.start(['enqueue', file, '--with-worker']);
      expect(await run.ended, run.output()).toBe(0);
      const [campaign] = await world.store.listCampaigns();
      const trials = await world.store.listTrials(campaign?.id ?? '');
      expect(Object.fromEntries(trials.map(({ key, outcome }) => [key, outcome])), run.output()).toEqual({
        'tikv/node_kill#0': 'resolved',
        'tikv/latency#0': 'unaffected',
        'tikv/network_partition#0': 'resolved',
        'tikv/disk_pressure#0': 'resolved',
        'tikv/none#0': 'quiet',
      });
      const recordOf = (type: string) => trials.find(({ key }) => key === `tikv/${type}#0`)?.record;
      for (const { key, target, record } of trials) {
        console.info(`${key}: broke at ${record?.brokeMs} ms, back at ${record?.resolvedMs} ms`);
        expect(record?.findings, key).toEqual([]);
        expect(target, key).toBe(key.includes('none') ? 'any' : 'tikv');
        // Without a load there is nothing to account for.
        expect(record, key).not.toHaveProperty('availability');
        expect(record, key).not.toHaveProperty('writes');
      }
      expect(recordOf('node_kill')).toMatchObject({ afterLift: false });
      // The store itself answers beside the cut: only PD, which hears nothing of it, can say that it is away.
      expect(recordOf('network_partition')).toMatchObject({ afterLift: true });
      const silentMs = DOUBLE_TIMES.DOUBLE_DISCONNECTED_MS - DOUBLE_TIMES.DOUBLE_STORE_HEARTBEAT_MS;
      expect(recordOf('network_partition')?.brokeMs).toBeGreaterThan(silentMs);
      expect(recordOf('disk_pressure')).toMatchObject({ afterLift: true });
      expect(await world.left()).toEqual([]);
    }, 600_000);
  },
);
