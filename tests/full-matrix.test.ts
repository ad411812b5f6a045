import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';
import { expectAsOnPages, runInSmall } from './support/ready-made.ts';

const why = whyNoTestEngine();
/** The one that the campaigns of one subject, which have tests of their own, leave out. */
const TRIED: readonly unknown[] = ['asymmetric_partition'];

describe.skipIf(why !== undefined)(
  `three databases in one campaign${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let world: DockerWorld;
    beforeAll(async () => {
      world = await openDockerWorld('etcd', 'redis', 'postgres');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
    });

    it('each do what their pages say', async () => {
      const trials = await runInSmall(world, 'full-matrix', ({ chaos_types }) => ({
        chaos_types: chaos_types.filter(({ type }) => TRIED.includes(type)),
        include_baseline: false,
      }));
      expect(trials).toHaveLength(3 * TRIED.length);
      expectAsOnPages(trials, trials.length);
    });
  },
);
