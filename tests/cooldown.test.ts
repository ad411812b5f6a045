import { waitFor } from '@ordeal/core';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

it('a slot rests after the recorded result, and a worker stopped meanwhile completes its job', async () => {
  await using world = await openWorld('postgres');
  const { store } = world;
  const worker = world.start(['worker']);
  const file = await world.file(
    shortCampaign({
      chaos: '  - { type: latency, target: leader }',
      trials: 2,
      extra: 'cooldown_seconds: 600\n',
    }),
  );
  expect((await world.ordeal('enqueue', file)).code).toBe(0);
  const [campaign] = await store.listCampaigns();
  const id = campaign?.id ?? '';
  await waitFor(
    'one trial is recorded',
    async () => ((await store.progress(id)).completed === 1 ? true : undefined),
    {
      timeoutMs: 120_000,
    },
  );
  await waitFor('its instance is removed', () => (world.trialProcesses().length > 1 ? undefined : true), {
    timeoutMs: 10_000,
  });
  // The other one has to wait for ten minutes: neither this worker nor a second one may take it.
  const second = world.start(['worker']);
  await waitFor(
    'the second worker is there',
    async () => ((await store.liveWorkers(10_000)).length === 2 ? true : undefined),
    {
      timeoutMs: 20_000,
    },
  );
  const next = (await store.listTrials(id)).find((trial) => trial.status !== 'completed');
  const claim = await store.claim({
    trialId: next?.id ?? '',
    workerId: 'test',
    place: 'test',
    reopenFailed: false,
  });
  expect(claim).toMatchObject({ kind: 'wait', reason: 'resting' });
  expect(claim.kind === 'wait' && claim.waitMs).toBeGreaterThan(500_000);
  expect(await store.progress(id)).toMatchObject({ completed: 1, pending: 1, running: 0 });

  const askedMs = performance.now();
  for (const each of [worker, second]) each.child.kill('SIGTERM');
  expect(await worker.ended, worker.output()).toBe(0);
  expect(await second.ended, second.output()).toBe(0);
  expect(performance.now() - askedMs).toBeLessThan(15_000);
  expect(await store.progress(id)).toMatchObject({ completed: 1, pending: 1 });
});
