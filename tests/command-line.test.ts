import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openQueues } from '@ordeal/queue';
import { enqueueCampaign, expandCampaignMatrix, loadCampaignConfig } from 'ordeal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from './support/world.ts';

const MAIN = new URL('../apps/cli/src/main.ts', import.meta.url).pathname;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const CLASSIC = `
name: classic
subjects: [tikv]
chaos_types:
  - type: node_kill
  - type: latency
    params: { min_ms: 50, max_ms: 150 }
  - type: disk_pressure
    params: { fill_percent: 80 }
trials_per_combination: 3
parallel: 2
cooldown_seconds: 5
include_baseline: true
`;

describe('the command line', () => {
  it('lists the ten trials of the classic example and writes nothing', async () => {
    const { code, stdout } = await world.ordeal('enqueue', await world.file(CLASSIC), '--dry-run');
    expect(code).toBe(0);
    const keys = [...stdout.matchAll(/^\s+\d+\s+(tikv\/\S+)$/gm)].map((match) => match[1]);
    expect(keys).toEqual([
      ...[0, 1, 2].map((index) => `tikv/node_kill#${index}`),
      ...[0, 1, 2].map((index) => `tikv/latency#${index}`),
      ...[0, 1, 2].map((index) => `tikv/disk_pressure#${index}`),
      'tikv/none#0',
    ]);
    expect(await world.store.listCampaigns()).toEqual([]);
  });

  it.each(['', '--json'])('gives a slow reader every line, and lets a quick one leave: %j', async (json) => {
    const file = await world.file(
      CLASSIC.replace('trials_per_combination: 3', 'trials_per_combination: 50000'),
    );
    const list = [process.execPath, MAIN, 'enqueue', file, '--dry-run', json].join(' ');
    const piped = (reader: string) =>
      promisify(execFile)('bash', ['-o', 'pipefail', '-c', `${list} | ${reader}`], {
        env: world.env,
        cwd: world.folders.home,
      });
    // The wait is the slow reader: by then everything is in the pipe or in the memory of the writer.
    const slow = await piped('(sleep 3; grep -c "tikv/.*#")');
    expect(slow).toEqual({ stdout: '150001\n', stderr: '' });
    const quick = await piped('head -n 1 > /dev/null');
    expect(quick.stderr).toBe('');
  });

  it('shows every mistake of a file at once, exits with 2 and writes nothing', async () => {
    const file = await world.file(
      'name: x\nsubjects: [postgress]\nchaos_types:\n  - type: latencey\nparalel: 2\n',
    );
    const { code, stderr } = await world.ordeal('enqueue', file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/:2:\d+: subjects/);
    expect(stderr).toMatch(/:4:\d+: chaos_types/);
    expect(stderr).toMatch(/:5:1: paralel.*parallel/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await world.store.listCampaigns()).toEqual([]);
  });

  it('lets a campaign that no worker can run wait, and says so', async () => {
    const enqueued = await world.ordeal('enqueue', await world.file(CLASSIC));
    expect(enqueued.code).toBe(0);
    expect(enqueued.stdout).toMatch(/^Campaign \d+$/m);
    expect(enqueued.stdout).toMatch(/no live worker can run campaign/);
    const id = /^Campaign (\d+)$/m.exec(enqueued.stdout)?.[1] ?? '';
    const watched = await world.ordeal('watch', id);
    expect(watched.code).toBe(1);
    expect(watched.stderr).toMatch(/no live worker can run/);
    expect((await world.store.progress(id)).pending).toBe(10);
  });

  it('refuses to run with a worker in the process what that worker cannot run, before writing', async () => {
    const before = await world.store.listCampaigns();
    const { code, stderr } = await world.ordeal('enqueue', await world.file(CLASSIC), '--with-worker');
    expect(code).toBe(2);
    expect(stderr).toMatch(/tikv\/docker\/disk_pressure/);
    expect(await world.store.listCampaigns()).toEqual(before);
  });

  it('refuses an operator that nobody knows, and two at once', async () => {
    const { code, stderr } = await world.ordeal(
      'enqueue',
      await world.file(`${CLASSIC}operator: me\n`),
      '--dry-run',
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/operator: the operator "me" is not known \(must be one of none, operator-db, /);
    const nop = await world.file(`${CLASSIC}operator: nop\n`);
    const flagged = await world.ordeal('enqueue', nop, '--operator-db', 'x.db', '--dry-run');
    expect(flagged.code).toBe(2);
    expect(flagged.stderr).toMatch(/--operator-db selects the operator operator-db, but .* names nop/);
  });

  it('prints versioned JSON', async () => {
    const { code, stdout } = await world.ordeal('list', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, kind: 'campaigns' });
  });

  it('shows a campaign with all its trials as one JSON document', async () => {
    const enqueued = await world.ordeal('enqueue', await world.file(CLASSIC), '--json');
    const { id } = JSON.parse(enqueued.stdout) as { id: string };
    const { code, stdout } = await world.ordeal('show', id, '--json');
    expect(code).toBe(0);
    const shown = JSON.parse(stdout) as { trials: { position: number; record: null }[] };
    expect(shown).toMatchObject({ version: 1, kind: 'campaign', id, progress: { pending: 10 } });
    expect(shown.trials.map((trial) => trial.position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(shown.trials[0]).toMatchObject({ key: 'tikv/node_kill#0', status: 'pending', record: null });
  });

  it('answers an unknown campaign or trial in one clear line', async () => {
    for (const words of [
      ['show', '999'],
      ['trial', '1', 'nope'],
      ['watch', 'x'],
    ]) {
      const { code, stderr } = await world.ordeal(...words);
      expect(code).toBe(2);
      expect(stderr).toMatch(/no (campaign|trial)/);
    }
  });

  it('selects operator-db by flag, and says whose database counts and who lacks one', async () => {
    const { code, stdout } = await world.ordeal(
      'enqueue',
      await world.file(CLASSIC),
      '--operator-db',
      'x.db',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/operator-db.*each worker's own affair.*not \S+x\.db here/);
    const [campaign] = await world.store.listCampaigns();
    expect(campaign).toMatchObject({ operator: 'operator-db' });
    expect(campaign?.needs).toContain('operator/operator-db');
  });

  it('selects operator-db when there is a data/operator.db, unless the file names an operator', async () => {
    await mkdir(join(world.folders.home, 'data'), { recursive: true });
    await writeFile(join(world.folders.home, 'data', 'operator.db'), '');
    const operatorOf = async (yaml: string): Promise<unknown> => {
      const { stdout } = await world.ordeal('enqueue', await world.file(yaml), '--dry-run', '--json');
      return (JSON.parse(stdout) as { config: { operator: string } }).config.operator;
    };
    expect(await operatorOf(CLASSIC)).toBe('operator-db');
    expect(await operatorOf(`${CLASSIC}operator: none\n`)).toBe('none');
    await rm(join(world.folders.home, 'data'), { recursive: true });
  });

  it('shows an example file in its help', async () => {
    const { code, stdout } = await world.ordeal('enqueue', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/chaos_types:\n\s+- type: node_kill/);
  });

  it('offers the same as functions', async () => {
    const config = await loadCampaignConfig(await world.file(CLASSIC));
    expect([...expandCampaignMatrix(config)]).toHaveLength(10);
    const campaign = await enqueueFrom(config);
    expect(await world.store.progress(campaign.id)).toMatchObject({ total: 10, pending: 10 });
  });

  it('stops the embedded Postgres and starts it again, with its data', async () => {
    const before = await world.store.listCampaigns();
    expect((await world.ordeal('down')).stdout).toMatch(/is stopped/);
    expect((await world.ordeal('down')).stdout).toMatch(/was not running/);
    expect((await world.ordeal('up')).code).toBe(0);
    const { stdout } = await world.ordeal('list', '--json');
    expect(JSON.parse(stdout).campaigns).toHaveLength(before.length);
  });
});

async function enqueueFrom(config: Parameters<typeof enqueueCampaign>[0]) {
  const queues = await openQueues({ databaseUrl: world.store.databaseUrl, producerOnly: true });
  try {
    return await enqueueCampaign(config, { store: world.store, queues });
  } finally {
    await queues.close();
  }
}
