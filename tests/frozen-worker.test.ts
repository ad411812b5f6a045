import { waitFor } from '@ordeal/core';
import { descendantsOf, isAlive } from '@ordeal/place';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

it('the guard of a frozen worker undoes within its lease; thawed, the worker records nothing of that trial', async () => {
  await using world = await openWorld();
  const { store } = world;
  const frozen = world.start(['worker']);
  const file = await world.file(
    shortCampaign({ chaos: '  - { type: network_partition, target: leader }' }).replace(
      'timeout_seconds: 40',
      'timeout_seconds: 10',
    ),
  );
  expect((await world.ordeal('enqueue', file)).code).toBe(0);
  const injection = await waitFor(
    'a fault is active',
    async () => (await store.openInjections()).find((open) => open.state === 'active'),
    { timeoutMs: 120_000 },
  );
  const family = descendantsOf(frozen.pid);
  frozen.child.kill('SIGSTOP');
  const [guard = '', ...nodes] = family;
  // Lease 8 s and undo 5 s, with nobody else alive.
  await waitFor('the nodes are gone', () => (nodes.some(isAlive) ? undefined : true), { timeoutMs: 14_000 });
  expect(isAlive(guard), 'the guard lives on').toBe(true);

  const other = world.start(['worker']);
  await waitFor(
    'the trial runs again elsewhere',
    async () => ((await store.getTrial(injection.trialId))?.execution === 2 ? true : undefined),
    { timeoutMs: 30_000 },
  );
  frozen.child.kill('SIGCONT');
  const trial = await waitFor(
    'the trial is completed',
    async () => {
      const now = await store.getTrial(injection.trialId);
      return now?.status === 'completed' ? now : undefined;
    },
    { timeoutMs: 90_000, everyMs: 250 },
  );
  // Cut off for good, commits never came back: the recovery that the guard's undo brought about must not count.
  expect(trial).toMatchObject({ outcome: 'unresolved', execution: 2, losses: 1 });
  const executions = await store.listExecutions(trial.id);
  expect(executions.map((execution) => execution.end)).toEqual(['lost', 'result']);
  for (const worker of [frozen, other]) worker.child.kill('SIGTERM');
  expect(await frozen.ended, frozen.output()).toBe(0);
  expect(await other.ended, other.output()).toBe(0);
});
