import { waitFor } from '@ordeal/core';
import { signalProcess } from '@ordeal/place';
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

it('says that a restart ended a pause, when the paused node was killed and came back', async () => {
  const file = await world.file(shortCampaign({ chaos: '  - { type: process_pause, target: follower }' }));
  const run = world.start(['enqueue', file, '--with-worker']);
  const paused = await waitFor(
    'a paused node',
    async () => {
      const [campaign] = await world.store.listCampaigns();
      const [trial] = campaign === undefined ? [] : await world.store.listTrials(campaign.id);
      const [injection] = trial === undefined ? [] : await world.store.listInjections(trial.id);
      return injection?.state === 'active' ? injection.plan.targets[0] : undefined;
    },
    { timeoutMs: 120_000 },
  );
  expect(signalProcess(paused.incarnation ?? '', 'SIGKILL')).toBe(true);
  expect(await run.ended, run.output()).toBe(0);

  const [campaign] = await world.store.listCampaigns();
  const [trial] = await world.store.listTrials(campaign?.id ?? '');
  // One standby away: commits never waited, so nothing but the probe could tell that the fault was over.
  expect(trial).toMatchObject({ status: 'completed', outcome: 'unaffected', execution: 1 });
  expect(trial?.record).toMatchObject({
    faultClearedBy: 'restart',
    findings: ['fault_ended_before_undo'],
    wholeAfterUndo: true,
  });
  expect(world.trialProcesses()).toEqual([]);
});
