import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';
import { expectAsOnPages, runInSmall, SLOWING } from './support/ready-made.ts';

const why = whyNoTestEngine();
/** In containers, full-matrix.test.ts has a cut of the same links. */
const CUTS: readonly unknown[] = ['network_partition', 'asymmetric_partition'];

describe.skipIf(why !== undefined)(
  `postgres in containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let world: DockerWorld;
    beforeAll(async () => {
      world = await openDockerWorld('postgres');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
    });

    it('runs its ready-made campaign, and does what it does on processes', async () => {
      const trials = await runInSmall(world, 'postgres-docker', ({ chaos_types }) => ({
        chaos_types: chaos_types.filter(({ type }) => !SLOWING.includes(type) && !CUTS.includes(type)),
      }));
      // The same page as on processes, which knows nothing of limits.
      expectAsOnPages(trials, 4);
      expect(trials.map(({ runtime }) => runtime)).toEqual(trials.map(() => 'docker'));
    });
  },
);
