import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('a campaign with every fault of the process runtime', () => {
  it('finds what each fault does to a replicated postgres, and leaves nothing behind', async () => {
    const file = await world.file(
      shortCampaign({
        parallel: 3,
        chaos: `
  - { type: node_kill, target: leader }
  - { type: latency, target: leader, params: { min_ms: 40, max_ms: 80 } }
  - { type: network_partition, target: leader, duration_seconds: 4 }
  - { type: node_kill, target: postgres1, params: { mode: stop } }`,
        extra: 'include_baseline: true\n',
      }),
    );
    const { code, stdout, stderr } = await world.ordeal('enqueue', file, '--with-worker');
    expect(stderr).toBe('');
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/Completed: 5, Failed: 0/);
    const [campaign] = await world.store.listCampaigns();
    expect(campaign?.status).toBe('finished');
    const trials = await world.store.listTrials(campaign?.id ?? '');
    const found = Object.fromEntries(trials.map((trial) => [trial.key, trial]));
    const outcomes = Object.fromEntries(trials.map((trial) => [trial.key, trial.outcome]));
    expect(outcomes).toEqual({
      // The supervisor starts the primary again.
      'postgres/node_kill#0': 'resolved',
      // Slower, but well within the load's objective.
      'postgres/latency#0': 'unaffected',
      // Commits wait for a standby that cannot be reached, until the fault is lifted.
      'postgres/network_partition#0': 'resolved',
      // One standby is enough for commits.
      'postgres/node_kill.2#0': 'unaffected',
      'postgres/none#0': 'quiet',
    });
    const kill = found['postgres/node_kill#0']?.record;
    expect(kill?.brokeMs).toBeGreaterThanOrEqual(0);
    expect(kill?.resolvedMs).toBeGreaterThan(kill?.brokeMs ?? Number.POSITIVE_INFINITY);
    expect(kill?.resolvedMs).toBeLessThan(20_000);
    const cut = found['postgres/network_partition#0']?.record;
    expect(cut?.afterLift).toBe(true);
    expect(cut?.resolvedMs).toBeGreaterThan(4_000);
    // One standby down breaks `whole` and not `serving`: both clocks are recorded whatever the goal.
    const standby = found['postgres/node_kill.2#0']?.record;
    expect(standby?.impairedMs).toBeNull();
    expect(standby?.degradedMs).toBeGreaterThanOrEqual(0);
    expect(standby?.wholeAgainMs).toBeGreaterThan(standby?.undoneMs ?? Number.POSITIVE_INFINITY);
    for (const trial of trials) {
      expect(trial.execution, trial.key).toBe(1);
      expect(trial.record?.initialState, trial.key).not.toBeNull();
      expect(trial.record?.finalState, trial.key).not.toBeNull();
      expect(trial.record?.wholeAfterUndo, trial.key).toBe(true);
      expect(trial.record?.findings, trial.key).toEqual([]);
      const injections = await world.store.listInjections(trial.id);
      expect(injections.map((injection) => injection.state)).toEqual(trial.baseline ? [] : ['gone']);
    }
    expect(world.trialProcesses()).toEqual([]);
  });

  it('draws the same targets for the same seed', async () => {
    const yaml = shortCampaign({ chaos: '  - { type: latency }', trials: 2, parallel: 2 });
    const targets = [];
    for (let run = 0; run < 2; run += 1) {
      const { code } = await world.ordeal('enqueue', await world.file(yaml), '--with-worker');
      expect(code).toBe(0);
      const [campaign] = await world.store.listCampaigns();
      const trials = await world.store.listTrials(campaign?.id ?? '');
      const injections = await Promise.all(trials.map((trial) => world.store.listInjections(trial.id)));
      targets.push(injections.map(([injection]) => injection?.plan.targets.map((target) => target.name)));
    }
    expect(targets[0]).toEqual(targets[1]);
  });
});
