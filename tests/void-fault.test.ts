import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

// Each waits for probes that never see what they look for: together they take as long as one of them.

it.concurrent('records a fault that does nothing as void, tries again, fails the trial and goes on to the end', async () => {
  await using world = await openWorld();
  const file = await world.file(
    shortCampaign({
      parallel: 4,
      // A probe of each sort: at the process, in the time of an answer, in its absence. Each fault's own is tested beside it.
      chaos: `
  - { type: node_kill, target: leader }
  - { type: latency, target: leader }
  - { type: network_partition, target: leader }`,
      extra: 'attempts: 2\ninclude_baseline: true\n',
    }),
  );
  // The guard says that it applied the fault, and did nothing.
  const run = world.start(['enqueue', file, '--with-worker'], { ORDEAL_FAULT_POINTS: 'apply-does-nothing' });
  expect(await run.ended, run.output()).toBe(1);
  expect(run.output()).toMatch(/Completed: 1, Failed: 3/);
  const [campaign] = await world.store.listCampaigns();
  expect(campaign?.status).toBe('finished');
  for (const trial of await world.store.listTrials(campaign?.id ?? '')) {
    if (trial.baseline) {
      expect(trial.status, 'the campaign goes on behind its failed trials').toBe('completed');
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

it.concurrent('lets the outcome stand when the undo cannot be proven, says so loudly, and destroys the instance', async () => {
  await using world = await openWorld();
  const file = await world.file(shortCampaign({ chaos: '  - { type: latency, target: leader }' }));
  const run = world.start(['enqueue', file, '--with-worker'], { ORDEAL_FAULT_POINTS: 'undo-fails' });
  expect(await run.ended, run.output()).toBe(0);
  expect(run.output()).toMatch(/unaffected.*undo_not_proven/);
  const [campaign] = await world.store.listCampaigns();
  const [trial] = await world.store.listTrials(campaign?.id ?? '');
  expect(trial).toMatchObject({ status: 'completed', outcome: 'unaffected', execution: 1 });
  expect(trial?.record?.findings).toContain('undo_not_proven');
  expect(trial?.record?.goneMs).toBeNull();
  // What was never taken away has no after.
  expect(trial?.record?.availability).toMatchObject({ after: { operations: 0 } });
  expect(world.trialProcesses()).toEqual([]);
});
