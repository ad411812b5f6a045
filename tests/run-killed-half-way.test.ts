import { waitFor } from '@ordeal/core';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

it('a run killed half way is finished by the next one, and nothing of it goes on running', async () => {
  await using world = await openWorld();
  const { store } = world;
  const file = await world.file(
    shortCampaign({ chaos: '  - { type: latency, target: leader }', trials: 2, parallel: 2 }),
  );
  const first = world.start(['enqueue', file, '--with-worker']);
  await waitFor(
    'a fault is active',
    async () => (await store.openInjections()).find((open) => open.state === 'active'),
    { timeoutMs: 120_000 },
  );
  first.child.kill('SIGKILL');
  await first.ended;
  await waitFor(
    'its guard and nodes are gone',
    () => (world.trialProcesses().length > 0 ? undefined : true),
    {
      timeoutMs: 5_000,
    },
  );

  const { code, stdout } = await world.ordeal('enqueue', file, '--with-worker');
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/Campaign 1 \(test\) was not finished: going on with it/);
  const campaigns = await store.listCampaigns();
  expect(campaigns.map((campaign) => [campaign.id, campaign.status])).toEqual([
    ['2', 'finished'],
    ['1', 'finished'],
  ]);
  for (const campaign of campaigns) {
    expect(await store.progress(campaign.id)).toMatchObject({ completed: 2, failed: 0 });
  }
  expect(world.trialProcesses()).toEqual([]);
});
