import { waitFor } from '@ordeal/core';
import { expect, it, onTestFinished } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld, whyNot } from './support/world.ts';

// With 10,000 trials, and on both backends, but without instances: apps/worker/src/several-campaigns.test.ts.
it.skipIf(whyNot('redis') !== undefined)(
  'three workers share three campaigns: each cap holds, and the small ones do not wait for the big one',
  async () => {
    await using world = await openWorld('redis');
    const { store } = world;
    const workers = [1, 2, 3].map(() => world.start(['worker', '--slots', '1']));
    const chaos = '  - { type: latency, target: leader }';
    const enqueue = async (trials: number, parallel: number): Promise<string> => {
      const file = await world.file(shortCampaign({ chaos, trials, parallel }));
      const { stdout } = await world.ordeal('enqueue', file, '--json');
      return (JSON.parse(stdout) as { id: string }).id;
    };
    const most = new Map<string, number>();
    const watching = setInterval(async () => {
      const live = await store.liveExecutions().catch(() => []);
      for (const id of new Set(live.map(({ campaignId }) => campaignId))) {
        const now = live.filter(({ campaignId }) => campaignId === id).length;
        most.set(id, Math.max(now, most.get(id) ?? 0));
      }
    }, 100);
    onTestFinished(() => clearInterval(watching));

    const big = await enqueue(50, 3);
    await waitFor('the big one has every slot', () => most.get(big) === 3 || undefined, {
      timeoutMs: 120_000,
    });
    const small = [await enqueue(1, 1), await enqueue(2, 1)];
    for (const id of small) {
      await waitFor(
        `campaign ${id} is finished`,
        async () => (await store.getCampaign(id))?.status === 'finished' || undefined,
        { timeoutMs: 120_000, everyMs: 250 },
      );
      expect(await store.progress(id)).toMatchObject({ failed: 0 });
      expect(most.get(id)).toBe(1);
    }
    expect((await store.getCampaign(big))?.status).toBe('running');
    await store.cancelCampaign(big);
    expect(most.get(big)).toBe(3);
    for (const worker of workers) worker.child.kill('SIGTERM');
    for (const worker of workers) expect(await worker.ended, worker.output()).toBe(0);
    expect(world.trialProcesses()).toEqual([]);
  },
);
