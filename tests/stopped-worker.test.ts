import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@ordeal/core';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

it.concurrent('SIGTERM undoes, gives back unspent and exits within 15 s; the next worker carries on', async () => {
  await using world = await openWorld();
  const { store } = world;
  const first = world.start(['worker']);
  const file = await world.file(
    shortCampaign({ chaos: '  - { type: latency, target: leader }', trials: 2, parallel: 2 }),
  );
  expect((await world.ordeal('enqueue', file)).code).toBe(0);
  const [campaign] = await store.listCampaigns();
  const id = campaign?.id ?? '';
  await waitFor(
    'a fault is active',
    async () => (await store.openInjections()).find((injection) => injection.state === 'active'),
    { timeoutMs: 120_000 },
  );
  const askedMs = performance.now();
  first.child.kill('SIGTERM');
  await first.ended;
  expect(first.output()).toMatch(/Stopping: undoing faults and giving trials back/);
  expect(performance.now() - askedMs).toBeLessThan(15_000);
  expect(world.trialProcesses()).toEqual([]);
  expect(await store.progress(id)).toMatchObject({ pending: 2, running: 0 });
  expect(await store.openInjections(), 'the ledger').toEqual([]);
  for (const trial of await store.listTrials(id)) {
    expect(trial).toMatchObject({ failures: 0, losses: 0 });
    expect((await store.listExecutions(trial.id)).map((execution) => execution.end)).toEqual(['given_back']);
  }

  const second = world.start(['worker']);
  await waitFor(
    'the campaign is finished',
    async () => ((await store.getCampaign(id))?.status === 'finished' ? true : undefined),
    { timeoutMs: 90_000, everyMs: 250 },
  );
  expect(await store.progress(id)).toMatchObject({ completed: 2, failed: 0 });
  second.child.kill('SIGTERM');
  expect(await second.ended, second.output()).toBe(0);
});

it.concurrent('a second SIGTERM ends it at once, and its guard undoes all the same', async () => {
  await using world = await openWorld();
  // The tests share a cache of compiled modules, and who exits writes into it: on a busy disk that takes seconds.
  const worker = world.start(['worker'], { NODE_DISABLE_COMPILE_CACHE: '1' });
  const file = await world.file(shortCampaign({ chaos: '  - { type: latency, target: leader }' }));
  expect((await world.ordeal('enqueue', file)).code).toBe(0);
  await waitFor(
    'a fault is active',
    async () => (await world.store.openInjections()).find((injection) => injection.state === 'active'),
    { timeoutMs: 120_000 },
  );
  worker.child.kill('SIGTERM');
  await waitFor('it stops', () => worker.output().includes('Stopping') || undefined, { timeoutMs: 5_000 });
  worker.child.kill('SIGTERM');
  const askedMs = performance.now();
  expect(await worker.ended).toBe(130);
  expect(performance.now() - askedMs).toBeLessThan(1_000);
  await waitFor('nothing is left', () => world.trialProcesses().length === 0 || undefined, {
    timeoutMs: 5_000,
  });
  const next = world.start(['worker']);
  await waitFor(
    'the trial has run again',
    async () =>
      (await world.store.listTrials('1')).every(({ status }) => status === 'completed') || undefined,
    { timeoutMs: 90_000, everyMs: 250 },
  );
  const [first] = await world.store.listExecutions('1');
  expect(['given_back', 'lost']).toContain(first?.end);
  expect((await world.store.listTrials('1'))[0]).toMatchObject({ failures: 0 });
  await waitFor(
    'the ledger is closed',
    async () => (await world.store.openInjections()).length === 0 || undefined,
    { timeoutMs: 20_000, everyMs: 250 },
  );
  next.child.kill('SIGTERM');
  expect(await next.ended, next.output()).toBe(0);
});

it.concurrent('a worker that loses its launcher stops as on SIGTERM', async () => {
  await using world = await openWorld();
  // What `pnpm worker` looks like to the system: pnpm, which starts `sh -c`, which starts us.
  const main = new URL('../apps/cli/src/main.ts', import.meta.url).pathname;
  const pnpm = join(world.folders.home, 'pnpm');
  await writeFile(pnpm, `#!/bin/sh\nsh -c '"${process.execPath}" "${main}" worker; true'\nexit $?\n`);
  await chmod(pnpm, 0o755);
  const launcher = spawn(pnpm, ['worker'], {
    env: world.env,
    cwd: world.folders.home,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const worker = await waitFor(
    'the worker is registered',
    async () => (await world.store.liveWorkers(10_000))[0],
    { timeoutMs: 30_000 },
  );
  launcher.kill('SIGKILL');
  await waitFor(
    'the worker has retired and ended',
    async () => {
      const gone = (await world.store.liveWorkers(10_000)).length === 0;
      return gone && !isRunning(worker.pid) ? true : undefined;
    },
    { timeoutMs: 15_000 },
  );
  expect(world.trialProcesses()).toEqual([]);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
