import { afterAll, beforeAll, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

it('records a fault that does nothing as void, tries again, fails the trial and goes on to the end', async () => {
  const file = await world.file(
    shortCampaign({
      parallel: 3,
      chaos: `
  - { type: node_kill, target: leader }
  - { type: process_pause, target: leader }
  - { type: latency, target: leader }
  - { type: bandwidth, target: leader }
  - { type: network_partition, target: leader }
  - { type: asymmetric_partition, target: leader }`,
      extra: 'attempts: 2\ninclude_baseline: true\n',
    }),
  );
  // The guard says that it applied the fault, and did nothing.
  const run = world.start(['enqueue', file, '--with-worker'], { ORDEAL_FAULT_POINTS: 'apply-does-nothing' });
  expect(await run.ended, run.output()).toBe(1);
  expect(run.output()).toMatch(/Completed: 1, Failed: 6/);
  const [campaign] = await world.store.listCampaigns();
  expect(campaign?.status).toBe('finished');
  for (const trial of await world.store.listTrials(campaign?.id ?? '')) {
    if (trial.baseline) {
      expect(trial.outcome).toBe('quiet');
      continue;
    }
    expect(trial, trial.key).toMatchObject({
      status: 'failed',
      outcome: 'void',
      voidCause: 'fault_not_active',
      execution: 2,
    });
    const executions = await world.store.listExecutions(trial.id);
    expect(executions.map((execution) => execution.end)).toEqual(['void', 'void']);
    expect(executions.every((execution) => execution.error !== null)).toBe(true);
  }
  expect(world.trialProcesses()).toEqual([]);
});

it('lets the outcome stand when the undo cannot be proven, says so loudly, and destroys the instance', async () => {
  const file = await world.file(shortCampaign({ chaos: '  - { type: latency, target: leader }' }));
  const run = world.start(['enqueue', file, '--with-worker'], { ORDEAL_FAULT_POINTS: 'undo-fails' });
  expect(await run.ended, run.output()).toBe(0);
  expect(run.output()).toMatch(/unaffected.*undo_not_proven/);
  const [campaign] = await world.store.listCampaigns();
  const [trial] = await world.store.listTrials(campaign?.id ?? '');
  expect(trial).toMatchObject({ status: 'completed', outcome: 'unaffected', execution: 1 });
  expect(trial?.record?.findings).toContain('undo_not_proven');
  expect(trial?.record?.goneMs).toBeNull();
  expect(world.trialProcesses()).toEqual([]);
});
