import { cp, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitFor } from '@ordeal/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from './support/world.ts';

const EXAMPLE = resolve(import.meta.dirname, '../examples/own-subject');

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('a subject and a fault of one’s own', () => {
  it('run like any other where ordeal.config.ts is', async () => {
    const run = world.start(['enqueue', 'campaign.yaml', '--with-worker'], { INIT_CWD: EXAMPLE });
    expect(await run.ended, run.output()).toBe(0);
    const [campaign] = await world.store.listCampaigns();
    const trials = await world.store.listTrials(campaign?.id ?? '');
    expect(Object.fromEntries(trials.map((trial) => [trial.key, trial.outcome]))).toEqual({
      'shop/node_kill#0': 'resolved',
      'shop/client_cut#0': 'resolved',
      'shop/none#0': 'quiet',
    });
    // Only the clients are cut off: the observer, on its own path, sees a server that answers throughout.
    const cut = trials.find((trial) => trial.key === 'shop/client_cut#0')?.record;
    expect(cut).toMatchObject({ afterLift: true, degradedMs: null, findings: [] });
    expect(world.trialProcesses()).toEqual([]);
  });

  it('are known elsewhere from then on, where nobody can run them, with the reason', async () => {
    const file = await world.file(await readFile(join(EXAMPLE, 'campaign.yaml'), 'utf8'));
    const worker = world.start(['worker']);
    await waitFor('a worker', async () => (await world.store.liveWorkers(10_000))[0], { timeoutMs: 30_000 });
    const { code, stdout } = await world.ordeal('enqueue', file);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(
      /no live worker can run campaign 2.*\n {2}worker w-\w+ cannot run shop\/process\/client_cut, .*\(it has never heard of it\)/,
    );
    const skipping = await world.ordeal('enqueue', file, '--skip-unsupported');
    expect(skipping.code).toBe(2);
    expect(skipping.stderr).toMatch(
      /nothing was enqueued\n {2}shop\/node_kill: worker w-\w+: it has never heard/,
    );
    const mixed = (await readFile(file, 'utf8')).replace('[shop]', '[shop, postgres]');
    const left = await world.ordeal('enqueue', await world.file(mixed), '--skip-unsupported', '--json');
    expect(left.code, left.stderr).toBe(0);
    const { id } = JSON.parse(left.stdout) as { id: string };
    const cells = (await world.store.listTrials(id)).map((trial) => trial.cell);
    // A fault that names postgres is known, but this worker lacks its code.
    expect(cells).toEqual(['postgres/node_kill', 'postgres/none']);
    expect((await world.ordeal('show', id)).stdout).toMatch(/left out: shop\/client_cut \(worker w-/);
    worker.child.kill('SIGTERM');
    await worker.ended;
  });

  it('are shown in the docs as they are', async () => {
    const page = await readFile(resolve(import.meta.dirname, '../docs/extending.md'), 'utf8');
    const blocks = [...page.matchAll(/^```(?:ts|yaml)\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    for (const name of await readdir(EXAMPLE)) {
      const text = await readFile(join(EXAMPLE, name), 'utf8');
      expect(blocks, `docs/extending.md shows ${name}`).toContain(text);
      if (name === 'subject.ts' || name === 'fault.ts') expect(text.split('\n').length).toBeLessThan(60);
    }
  });

  it('stop everything before it begins when the file is wrong', async () => {
    const folder = join(world.folders.home, 'broken');
    await cp(EXAMPLE, folder, { recursive: true });
    const run = world.start(['enqueue', 'campaign.yaml'], { INIT_CWD: folder });
    // The copy lies outside of the checkout, and there nothing is called ordeal.
    expect(await run.ended).toBe(2);
    expect(run.output()).toMatch(/ordeal\.config\.ts: cannot be run: .*ordeal/);
    expect(run.output()).not.toMatch(/\n\s+at /);
  });
});
