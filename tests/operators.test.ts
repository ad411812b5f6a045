import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { waitFor } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import type { Trial } from '@ordeal/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';
import { leftForGood } from './support/left-for-good.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const EXAMPLE = resolve(import.meta.dirname, '../examples/operator');

const CONTROLS = [
  ['nop', { outcome: 'unresolved', claim: 'undetected', mendedBy: 'undo' }],
  ['oracle', { outcome: 'resolved', claim: 'true_resolve', mendedBy: 'operator' }],
  ['claim-only', { outcome: 'unresolved', claim: 'false_resolve', mendedBy: 'undo' }],
  ['restart-everything', { outcome: 'resolved', claim: 'true_resolve', mendedBy: 'operator' }],
] as const;

/** The leader is killed and kept down, once for each control operator: nobody else brings it back. */
async function runControls(
  where: World,
  campaign: { subject?: string; goal: string; parallel: number },
): Promise<Map<string, Trial>> {
  const chaos = '  - { type: node_kill, target: leader, params: { mode: stop } }';
  const arms = CONTROLS.map(([operator]) => operator).join(', ');
  const extra = `arms: [${arms}]\ngoal: ${campaign.goal}\n`;
  const yaml = shortCampaign({ chaos, extra, ...campaign }).replace(
    'timeout_seconds: 40',
    'timeout_seconds: 12',
  );
  const { code, stdout, stderr } = await where.ordeal('enqueue', await where.file(yaml), '--with-worker');
  expect(code, stdout + stderr).toBe(0);
  const [enqueued] = await where.store.listCampaigns();
  const trials = await where.store.listTrials(enqueued?.id ?? '');
  return new Map(trials.map((trial) => [trial.arm, trial]));
}

function targetsOf(record: Trial['record']): unknown {
  const plan = record?.chaosMetadata?.plan as { targets?: { name: string }[] } | undefined;
  return plan?.targets?.map(({ name }) => name);
}

function expectRank(trial: Trial | undefined, expected: (typeof CONTROLS)[number][1], damage: number): void {
  const { outcome, record } = trial ?? {};
  const { claim, mendedBy } = record?.operator ?? {};
  expect({ outcome, claim, mendedBy }, JSON.stringify(record?.operator)).toEqual(expected);
  if (outcome === 'resolved') {
    expect(record).toMatchObject({ faultClearedBy: 'operator', findings: [], afterLift: false });
  }
  expect(record?.operator).toMatchObject({ actsOnHealthyNodes: damage, nodesStopped: damage });
}

it('control operators rank as they should, on processes', async () => {
  const trials = await runControls(world, { goal: 'serving', parallel: 4 });
  for (const { record } of trials.values()) expect(targetsOf(record)).toEqual(['postgres0']);
  for (const [operator, expected] of CONTROLS) {
    expectRank(trials.get(operator), expected, operator === 'restart-everything' ? 2 : 0);
  }
  expect(world.trialProcesses()).toEqual([]);
});

const why = whyNoTestEngine();
describe.skipIf(why !== undefined)(
  `control operators rank as they should in containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let docker: DockerWorld;
    beforeAll(async () => {
      docker = await openDockerWorld('etcd');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await docker?.[Symbol.asyncDispose]();
    });

    it('etcd', async () => {
      const trials = await runControls(docker, { subject: 'etcd', goal: 'whole', parallel: 2 });
      for (const [operator, expected] of CONTROLS) {
        expectRank(trials.get(operator), expected, operator === 'restart-everything' ? 2 : 0);
      }
      expect(await leftForGood(() => docker.left())).toEqual([]);
    });
  },
);

it('the example restarts what is not well, and says so when it is', async () => {
  const run = world.start(['enqueue', 'campaign.yaml', '--with-worker'], { INIT_CWD: EXAMPLE });
  expect(await run.ended, run.output()).toBe(0);
  const [campaign] = await world.store.listCampaigns();
  const [trial] = await world.store.listTrials(campaign?.id ?? '');
  const { outcome, record } = trial ?? {};
  expect({ outcome, ...record?.operator }, JSON.stringify(record?.operator)).toMatchObject({
    outcome: 'resolved',
    operator: 'restarter',
    claim: 'true_resolve',
    mendedBy: 'operator',
    actsOnHealthyNodes: 0,
    nodesStopped: 0,
    acts: [
      { command: 'list', repairs: false, by: 'handle' },
      { command: 'restart postgres0', node: 'postgres0', repairs: true, exitCode: 0, by: 'handle' },
      { command: 'list', repairs: false },
    ],
    notes: [],
  });
  expect(record).toMatchObject({ faultClearedBy: 'operator', findings: [] });
  expect((await world.ordeal('trial', trial?.id ?? '')).stdout).toMatch(
    /operator_act.*restart postgres0.*\n(.*\n)*.*operator_claimed_resolved/,
  );
});

it('the example is shown in the docs as it is', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../docs/operators.md'), 'utf8');
  for (const name of await readdir(EXAMPLE)) {
    const text = await readFile(join(EXAMPLE, name), 'utf8');
    expect(page, `docs/operators.md shows ${name}`).toContain(`\n${text}\`\`\`\n`);
  }
});

it('an operator that writes to its database is heard while it writes', async () => {
  const path = join(await mkdtemp(join(world.folders.home, 'its-')), 'operator.db');
  using database = new DatabaseSync(path);
  database.exec(`
    pragma journal_mode = wal;
    create table tickets(id integer primary key, status text, message text, resolved_at text,
      created_at text default current_timestamp);
    create table agent_sessions(session_id text, ticket_id integer, status text);
    create table agent_log_entries(id integer primary key, session_id text, entry_type text, tool_name text,
      tool_params text, exit_code integer, timestamp text);
    insert into tickets(status, message) values ('open', 'postgres0 is down: an old story');
  `);
  const file = await world.file(shortCampaign({ chaos: '  - { type: latency, target: postgres1 }' }));
  const run = world.start(['enqueue', file, '--with-worker', '--operator-db', path]);
  await waitFor(
    'the fault is active',
    async () => (await world.store.openInjections()).find(({ state }) => state === 'active'),
    { timeoutMs: 120_000 },
  );
  const now = () => new Date().toISOString();
  database.exec(`
    insert into tickets(status, message, resolved_at) values ('resolved', 'postgres1 is slow', '${now()}');
    insert into agent_sessions values ('s', 2, 'completed');
    insert into agent_log_entries(session_id, entry_type, tool_name, tool_params, exit_code, timestamp) values
      ('s', 'tool_call', 'bash', '{"command": "renice -5 postgres1"}', null, '${now()}'),
      ('s', 'tool_result', 'bash', null, 1, '${now()}');
  `);
  expect(await run.ended, run.output()).toBe(0);
  expect(run.output()).toContain(`Using operator.db: ${path}`);
  const [campaign] = await world.store.listCampaigns();
  const [trial] = await world.store.listTrials(campaign?.id ?? '');
  expect(trial?.record?.operator, JSON.stringify(trial?.record)).toMatchObject({
    operator: 'operator-db',
    detectedMs: expect.any(Number),
    claimedResolvedMs: expect.any(Number),
    acts: [{ command: 'renice -5 postgres1', node: 'postgres1', repairs: true, exitCode: 1, by: 'operator' }],
    notes: [{ kind: 'ticket', ticket: 2, matched_by: 'node', message: 'postgres1 is slow' }],
  });
});
