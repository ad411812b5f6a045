import { waitFor } from '@ordeal/core';
import { descendantsOf, isAlive, pidOf } from '@ordeal/place';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

it('a guard killed with SIGKILL is succeeded: its leftovers are undone first, its trial runs again', async () => {
  await using world = await openWorld();
  const { store } = world;
  const worker = world.start(['worker']);
  const file = await world.file(shortCampaign({ chaos: '  - { type: latency, target: leader }' }));
  expect((await world.ordeal('enqueue', file)).code).toBe(0);
  const injection = await waitFor(
    'a fault is active',
    async () => (await store.openInjections()).find((open) => open.state === 'active'),
    { timeoutMs: 120_000 },
  );
  // The guard is the worker's only direct child; nodes are the guard's.
  const family = descendantsOf(worker.pid);
  const [guard] = family;
  expect(family.length).toBeGreaterThan(3);
  process.kill(pidOf(guard ?? ''), 'SIGKILL');
  await waitFor('the dead guard has left nothing', () => (family.some(isAlive) ? undefined : true), {
    timeoutMs: 10_000,
  });

  const trial = await waitFor(
    'the trial is completed',
    async () => {
      const now = await store.getTrial(injection.trialId);
      return now?.status === 'completed' ? now : undefined;
    },
    { timeoutMs: 120_000, everyMs: 250 },
  );
  expect(trial).toMatchObject({ outcome: 'unaffected', execution: 2, failures: 0, losses: 1 });
  const executions = await store.listExecutions(trial.id);
  expect(executions.map((execution) => execution.end)).toEqual(['lost', 'result']);
  worker.child.kill('SIGTERM');
  expect(await worker.ended, worker.output()).toBe(0);
  expect(world.trialProcesses()).toEqual([]);
});
