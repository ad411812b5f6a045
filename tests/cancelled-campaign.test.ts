import { waitFor } from '@ordeal/core';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

it('cancel stops a running trial within seconds, undoes its fault and drops the rest', async () => {
  await using world = await openWorld();
  const { store } = world;
  const worker = world.start(['worker']);
  const file = await world.file(
    shortCampaign({ chaos: '  - { type: latency, target: leader }', trials: 3, extra: 'hold_seconds: 60\n' })
      .replace('hold_seconds: 1\n', '')
      .replace('timeout_seconds: 40', 'timeout_seconds: 90'),
  );
  expect((await world.ordeal('enqueue', file)).code).toBe(0);
  const [campaign] = await store.listCampaigns();
  const id = campaign?.id ?? '';
  const injection = await waitFor(
    'a fault is active',
    async () => (await store.openInjections()).find((open) => open.state === 'active'),
    { timeoutMs: 60_000 },
  );
  expect((await world.ordeal('cancel', id)).code).toBe(0);
  await waitFor(
    'the running trial is cancelled and its processes are gone',
    async () => {
      const trial = await store.getTrial(injection.trialId);
      return trial?.status === 'cancelled' && (await store.liveExecutions()).length === 0 ? true : undefined;
    },
    { timeoutMs: 6_000 },
  );
  expect(await store.progress(id)).toMatchObject({ cancelled: 3, pending: 0, running: 0 });
  expect((await store.getCampaign(id))?.status).toBe('cancelled');
  expect((await world.ordeal('cancel', id)).code).toBe(2);
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
  expect(world.trialProcesses()).toEqual([]);
});
