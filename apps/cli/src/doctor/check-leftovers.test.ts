import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultSettings } from '@ordeal/config';
import { waitFor } from '@ordeal/core';
import { RealGuards } from '@ordeal/guard/testing';
import { isAlive, mountsIn, signalProcess } from '@ordeal/place';
import { describe, expect, it } from 'vitest';
import { checkLeftovers } from './check-leftovers.ts';
import { planSweep, sweep } from './sweep.ts';
import { emptySite, findingsOf, problemsIn } from './testing-site.ts';

/** An engine of the machine's may have leftovers of others. */
const settings = { ...defaultSettings, docker: { ...defaultSettings.docker, offered: false } };

const siteOf = ({ folders }: RealGuards) => emptySite({ folders, settings });
const look = (guards: RealGuards) => findingsOf(checkLeftovers, siteOf(guards));

/** A worker and its guard, killed together in the middle of a fault: nobody undoes. */
async function killedTogether(guards: RealGuards): Promise<void> {
  const worker = await guards.spawnWorker();
  // First the guard: it would undo as soon as its line closes.
  signalProcess(worker.guard, 'SIGKILL');
  worker.process.kill('SIGKILL');
  await waitFor('its death', () => !isAlive(worker.guard) || undefined, { timeoutMs: 5_000 });
}

describe('leftovers', () => {
  it('of nobody', async () => {
    expect(problemsIn(await findingsOf(checkLeftovers, emptySite({ settings })))).toEqual([]);
    const docker = {
      ...settings.docker,
      offered: true,
      guard: 'container',
      engine: 'unix:///nonexistent',
    } as const;
    const beside = emptySite({ settings: { ...settings, docker } });
    expect(problemsIn(await findingsOf(checkLeftovers, beside))).toEqual(['leftovers.unseen']);
  });

  it('of a guard that was killed with its worker, until they are swept; those of a living one are not', async () => {
    await using guards = await RealGuards.create();
    await guards.spawnWorker();
    const living = { folders: guards.guardFolders(), nodes: guards.nodes() };
    expect(problemsIn(await look(guards))).toEqual([]);
    expect(await planSweep(siteOf(guards))).toEqual([]);

    await killedTogether(guards);
    const findings = await look(guards);
    expect(problemsIn(findings)).toEqual(['leftovers.guard']);
    expect(findings.map(({ found }) => found.replace(/ g\w+ /, ' ')).sort()).toEqual([
      'guard is at work; instances: 1, faults: 1, processes: 1',
      'guard is dead; instances: 1, faults: 1, processes: 1',
    ]);

    const left = { trial: 't1', execution: 1, injections: ['x'] };
    expect(await planSweep(siteOf(guards))).toEqual([{ ...left, clean: null }]);
    expect(problemsIn(await look(guards))).toEqual(['leftovers.guard']);
    expect(await sweep(siteOf(guards))).toEqual([{ ...left, clean: true }]);
    expect(problemsIn(await look(guards))).toEqual([]);
    expect({ folders: guards.guardFolders(), nodes: guards.nodes() }).toEqual(living);
  });

  it('whose folder somebody deleted', async () => {
    await using guards = await RealGuards.create();
    await killedTogether(guards);
    await rm(join(guards.folders.data, 'guards'), { recursive: true });
    const findings = await look(guards);
    expect(problemsIn(findings)).toEqual(['leftovers.guard']);
    expect(findings[0]?.found).toMatch(/^guard g\w+ is dead; instances: 1, faults: 0, processes: 1$/);
    const left = { trial: 'unknown', execution: 0, injections: [] };
    expect(await planSweep(siteOf(guards))).toEqual([{ ...left, clean: null }]);
    expect(await sweep(siteOf(guards))).toEqual([{ ...left, clean: true }]);
    expect(problemsIn(await look(guards))).toEqual([]);
  });

  it('of a database that was killed, and of what was never finished', async () => {
    await using guards = await RealGuards.create();
    const { data } = guards.folders;
    await mkdir(join(data, 'postgres'));
    await writeFile(join(data, 'postgres', 'postmaster.pid'), '99999999\n');
    const drafts = ['guards/g0000000a.draft', 'postgres-draft-0123456789ab', 'postgres-18.4.0.0123456789ab'];
    for (const draft of drafts) await mkdir(join(data, draft), { recursive: true });
    expect(problemsIn(await look(guards))).toEqual(['leftovers.pid_file']);
    const anHourAgo = Date.now() / 1000 - 3_600;
    for (const draft of drafts) await utimes(join(data, draft), anHourAgo, anHourAgo);
    expect(problemsIn(await look(guards))).toEqual([
      'leftovers.pid_file',
      ...drafts.map(() => 'leftovers.unfinished'),
    ]);
    await sweep(siteOf(guards));
    expect(drafts.filter((draft) => existsSync(join(data, draft)))).toEqual(drafts.slice(1));
  });

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('that are mounted', async () => {
    await using guards = await RealGuards.create();
    await guards.spawnWorker();
    const { data } = guards.folders;
    const owned = join(data, 'guards', guards.guardFolders()[0] ?? '', 'instances', 'volume');
    const left = join(data, 'guards', 'g0000000a', 'instances', 'i1', 'node', 'volume');
    for (const folder of [owned, left]) {
      await mkdir(folder, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'ordeal', folder]);
    }
    using mounted = new DisposableStack();
    mounted.defer(() =>
      execFileSync(
        'umount',
        mountsIn(data).map(({ path }) => path),
      ),
    );
    const told = (await look(guards)).filter(({ id }) => id === 'leftovers.mount');
    expect(told.map(({ found }) => found)).toEqual([`mounted: ${left}`]);
    expect(await sweep(siteOf(guards))).toMatchObject([{ clean: true }]);
    expect(mountsIn(data)).toMatchObject([{ path: owned }]);
    expect(problemsIn(await look(guards))).toEqual([]);
  });
});
