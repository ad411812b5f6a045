import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '@ordeal/core';
import { descendantsOf, isAlive, pidOf, processesMarked } from '@ordeal/place';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import type { TrialRecord } from '@ordeal/store';
import { describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openDockerWorld } from './support/docker-world.ts';
import { leftForGood } from './support/left-for-good.ts';
import { openWorld, type World } from './support/world.ts';

const BIN = resolve(import.meta.dirname, '../packages/operators/bin/ordeal');

/** Tries every handle once a node is down, and repairs it at the end. What came of each goes into a note. */
const TRIES_EVERYTHING = `
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const tell = (event) => console.log(JSON.stringify(event));
const ordeal = (...words) => new Promise((done) => {
  execFile('ordeal', ['node', ...words], (error, stdout, stderr) => {
    done({ code: error?.code ?? 0, stdout: stdout.slice(0, 200), stderr, whole: stdout });
  });
});
const { ORDEAL_SOCKET, ORDEAL_INCIDENT, ORDEAL_NODE } = process.env;
writeFileSync('access.json', JSON.stringify({ ORDEAL_SOCKET, ORDEAL_INCIDENT, ORDEAL_NODE }));
const list = async () => JSON.parse((await ordeal('list')).whole);
let nodes = await list();
tell({ event: 'note', kind: 'nodes', names: nodes.map(({ name }) => name) });
let down;
while ((down = nodes.find(({ state }) => state === 'down')) === undefined) {
  await new Promise((done) => setTimeout(done, 300));
  nodes = await list();
}
tell({ event: 'detected' });
const up = nodes.find(({ state }) => state === 'up').name;
const note = async (kind, ...words) => {
  const { whole, ...outcome } = await ordeal(...words);
  tell({ event: 'note', kind, ...outcome });
};
await note('exec', 'exec', up, '--', 'sh', '-c', 'echo hello; echo there >&2; exit 3');
await note('exec in a dead node', 'exec', down.name, '--', 'true');
await note('logs', 'logs', up, '5');
await note('the client', 'restart', 'client');
await note('start', 'start', down.name);
await note('restart', 'restart', up);
while ((await list()).some(({ state }) => state !== 'up')) await new Promise((done) => setTimeout(done, 300));
tell({ event: 'claimed_resolved' });
`;

const HANGS_ON = `
import { spawn } from 'node:child_process';
spawn('sh', ['-c', 'setsid sh -c "cd /; exec sleep 600" & exit 0'], { stdio: 'ignore' });
setInterval(() => {}, 1000);
`;

/** Registers a program as an operator of the world's, beside the settings that it has. */
async function registerOperator(world: World, name: string, program: string): Promise<void> {
  const { home } = world.folders;
  const file = join(home, 'ordeal.config.mjs');
  const before = await readFile(file, 'utf8').catch(() => 'export default {};\n');
  const operators = { [name]: { command: process.execPath, args: [`${name}.mjs`] } };
  await writeFile(join(home, `${name}.mjs`), program);
  await writeFile(
    file,
    `${before.replace('export default', 'const settings =')}
export default { ...settings, operators: ${JSON.stringify(operators)} };\n`,
  );
}

async function tryEverything(world: World, subject: string, chaos: string): Promise<TrialRecord> {
  await registerOperator(world, 'tries', TRIES_EVERYTHING);
  const file = await world.file(shortCampaign({ subject, chaos, extra: 'operator: tries\ngoal: whole\n' }));
  const { code, stdout, stderr } = await world.ordeal('enqueue', file, '--with-worker');
  expect(code, stdout + stderr).toBe(0);
  const [campaign] = await world.store.listCampaigns();
  const [trial] = await world.store.listTrials(campaign?.id ?? '');
  if (trial?.record === null || trial === undefined) throw new Error('the trial has no record');
  expect(trial.outcome).toBe('resolved');
  return trial.record;
}

/** By kind, without the time. */
function notesOf(record: TrialRecord): Record<string, unknown> {
  const notes = (record.operator?.notes ?? []).map(({ kind, at_ms: _at, ...note }) => [kind, note]);
  return Object.fromEntries(notes);
}

const OUTCOMES = {
  exec: { code: 3, stdout: expect.stringMatching(/^(hello\nthere|there\nhello)\n$/), stderr: '' },
  'exec in a dead node': {
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/is down: nothing can be run/),
  },
  logs: { code: 0, stdout: expect.stringMatching(/\w+/), stderr: '' },
  'the client': { code: 2, stdout: '', stderr: expect.stringMatching(/no node client \(must be one of/) },
  start: { code: 0, stdout: '', stderr: '' },
  restart: { code: 0, stdout: '', stderr: '' },
};

function expectActs({ operator }: TrialRecord, down: string, up: string): void {
  expect(operator?.acts.map(({ command, exitCode, by }) => [command, exitCode, by])).toEqual([
    ['list', 0, 'handle'],
    [expect.stringMatching(`exec ${up} sh -c echo hello`), 3, 'handle'],
    [`exec ${down} true`, 1, 'handle'],
    [`logs ${up}`, 0, 'handle'],
    [`start ${down}`, 0, 'handle'],
    [`restart ${up}`, 0, 'handle'],
    ['list', 0, 'handle'],
  ]);
  expect(operator).toMatchObject({ claim: 'true_resolve', mendedBy: 'operator', nodesStopped: 1 });
}

describe('the handles of an incident', () => {
  it('work on local processes, and the token is good for nothing when the trial is over', async () => {
    await using world = await openWorld();
    const chaos = '  - { type: node_kill, target: postgres2, params: { mode: stop } }';
    const record = await tryEverything(world, 'postgres', chaos);
    expect(notesOf(record)).toEqual({
      nodes: { names: ['postgres0', 'postgres1', 'postgres2'] },
      ...OUTCOMES,
    });
    expectActs(record, 'postgres2', 'postgres0');

    const access = JSON.parse(
      await readFile(join(world.folders.home, 'access.json'), 'utf8'),
    ) as NodeJS.ProcessEnv;
    const env = { ...process.env, ...access };
    await expect(promisify(execFile)(BIN, ['node', 'list'], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the incident is over/),
    });
    const outside = await world.ordeal('node', 'list');
    expect(outside).toMatchObject({ code: 2, stderr: expect.stringMatching(/only an operator/) });
  });

  const why = whyNoTestEngine();
  it.skipIf(why !== undefined)(
    `work in containers${why === undefined ? '' : ` (skipped: ${why})`}`,
    async () => {
      await using world = await openDockerWorld('etcd');
      const chaos = '  - { type: node_kill, target: etcd-3, params: { mode: stop } }';
      const record = await tryEverything(world, 'etcd', chaos);
      expect(notesOf(record)).toEqual({ nodes: { names: ['etcd-1', 'etcd-2', 'etcd-3'] }, ...OUTCOMES });
      expectActs(record, 'etcd-3', 'etcd-1');
      expect(await leftForGood(() => world.left())).toEqual([]);
    },
    TEST_ENGINE_TIMEOUT_MS,
  );
});

describe('an operator dies with whoever called it', () => {
  it.each(['worker', 'guard'])('when the %s is killed with SIGKILL', async (victim) => {
    await using world = await openWorld();
    await registerOperator(world, 'hangs', HANGS_ON);
    const worker = world.start(['worker']);
    const file = await world.file(
      shortCampaign({
        chaos: '  - { type: node_kill, target: leader, params: { mode: stop } }',
        extra: 'operator: hangs\n',
      }),
    );
    expect((await world.ordeal('enqueue', file)).code).toBe(0);
    await waitFor('the fault is active', async () => (await world.store.openInjections())[0], {
      timeoutMs: 120_000,
    });
    // The guard is the worker's only child; below it are nodes and the operator.
    const [guard = ''] = descendantsOf(worker.pid);
    const guardFolder = readlinkSync(`/proc/${pidOf(guard)}/cwd`);
    const socket = join(world.folders.data, 'handles', `${basename(guardFolder)}.sock`);
    const operator = await waitFor(
      'the operator and its escaped child',
      () => {
        const found = processesMarked(`ORDEAL_SOCKET=${socket}`);
        return found.length >= 2 ? found : undefined;
      },
      { timeoutMs: 10_000 },
    );
    process.kill(victim === 'worker' ? worker.pid : pidOf(guard), 'SIGKILL');
    await waitFor('it is gone with its child', () => !operator.some(isAlive) || undefined, {
      timeoutMs: 15_000,
    });
  });
});
