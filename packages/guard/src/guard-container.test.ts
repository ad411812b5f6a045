import { defaultSettings } from '@ordeal/config';
import { createRandom } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from './protocol.ts';
import { GuardContainers } from './testing/guard-containers.ts';

const why = whyNoTestEngine();
const fence = { trial: '1', execution: 1 };
const soon = { timeoutMs: 60_000 };

describe.skipIf(why !== undefined)(
  `a guard in a container${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let guards: GuardContainers;
    beforeAll(async () => {
      guards = await GuardContainers.create('etcd');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(() => guards?.[Symbol.asyncDispose]());

    it('says who it is, breaks and mends a cluster, and is gone with all it made when its line ends', async () => {
      const client = await guards.start();
      expect(client.identity).toMatch(/^[0-9a-f]{12}@/);
      expect(client.recovered).toEqual([]);
      const started = await client.ask('start', { fence, subject: 'etcd', runtime: 'docker' }, soon);
      const steady = await client.ask('steady', { fence, settleMs: 500, budgetMs: 60_000 }, soon);
      expect(steady).toMatchObject({ steady: true });
      const plan = killOf(started);
      const applied = await client.ask('apply', { fence, plan, activeWithinMs: 5_000 }, soon);
      expect(applied.finding).toMatchObject({ holds: true });
      const undone = await client.ask('undo', { fence, injection: 'x', goneWithinMs: 10_000 }, soon);
      expect(undone.finding).toMatchObject({ holds: true });
      await client.close();
      expect(await client.closed).toContain('the worker closed the line');
      await expect.poll(() => guards.present(), { timeout: 10_000 }).toEqual([]);
    });
  },
);

function killOf({ topology, nodes }: Answer<'start'>) {
  const plan = defaultSettings.repertoire.faultOf('node_kill')?.plan({
    injection: 'x',
    params: { mode: 'crash' },
    target: 'etcd-1',
    topology,
    nodes,
    random: createRandom(1),
  });
  if (plan === undefined) throw new Error('no node_kill');
  return plan;
}
