import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultSettings } from '@ordeal/config';
import { waitFor } from '@ordeal/core';
import { RealGuards } from '@ordeal/guard/testing';
import { isAlive, signalProcess } from '@ordeal/place';
import { describe, expect, it } from 'vitest';
import { checkLeftovers } from './check-leftovers.ts';
import { planSweep, sweep } from './sweep.ts';
import { emptySite, findingsOf, problemsIn } from './testing-site.ts';

/** An engine of the machine's may have leftovers of others. */
const settings = { ...defaultSettings, docker: { ...defaultSettings.docker, offered: false } };

const look = (guards: RealGuards) =>
  findingsOf(checkLeftovers, emptySite({ folders: guards.folders, settings }));

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
  });

  it('of a guard that was killed with its worker, until they are swept; those of a living one are not', async () => {
    await using guards = await RealGuards.create();
    await guards.spawnWorker();
    const living = { folders: guards.guardFolders(), nodes: guards.nodes() };
    expect(problemsIn(await look(guards))).toEqual([]);
    expect(await planSweep(guards.folders)).toEqual([]);

    await killedTogether(guards);
    const findings = await look(guards);
    expect(problemsIn(findings)).toEqual(['leftovers.guard']);
    expect(findings.map(({ found }) => found.replace(/ g\w+ /, ' ')).sort()).toEqual([
      'guard is at work; instances: 1, faults: 1, processes: 1',
      'guard is dead; instances: 1, faults: 1, processes: 1',
    ]);

    const left = { trial: 't1', execution: 1, injections: ['x'] };
    expect(await planSweep(guards.folders)).toEqual([{ ...left, clean: null }]);
    expect(problemsIn(await look(guards))).toEqual(['leftovers.guard']);
    expect(await sweep(guards.folders, settings)).toEqual([{ ...left, clean: true }]);
    expect(problemsIn(await look(guards))).toEqual([]);
    expect({ folders: guards.guardFolders(), nodes: guards.nodes() }).toEqual(living);
  });

  it('whose folder somebody deleted', async () => {
    await using guards = await RealGuards.create();
    await killedTogether(guards);
    const nodes = guards.nodes();
    await rm(join(guards.folders.data, 'guards'), { recursive: true });
    const findings = await look(guards);
    expect(problemsIn(findings)).toEqual(['leftovers.processes']);
    const pids = nodes.map((identity) => identity.split('@')[0]).join(', ');
    expect(findings[0]?.found).toBe(`processes that nobody looks after: ${pids}`);
  });

  it('of a database that was killed, and of what was never finished', async () => {
    await using guards = await RealGuards.create();
    const { data } = guards.folders;
    await mkdir(join(data, 'postgres'));
    await writeFile(join(data, 'postgres', 'postmaster.pid'), '99999999\n');
    const drafts = ['guards/g1.draft', 'postgres-draft-0123456789ab', 'postgres-18.4.0.0123456789ab'];
    for (const draft of drafts) await mkdir(join(data, draft), { recursive: true });
    expect(problemsIn(await look(guards))).toEqual(['leftovers.pid_file']);
    const anHourAgo = Date.now() / 1000 - 3_600;
    for (const draft of drafts) await utimes(join(data, draft), anHourAgo, anHourAgo);
    expect(problemsIn(await look(guards))).toEqual([
      'leftovers.pid_file',
      ...drafts.map(() => 'leftovers.unfinished'),
    ]);
    for (const draft of drafts) expect(existsSync(join(data, draft))).toBe(true);
  });

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('that are mounted', async () => {
    await using guards = await RealGuards.create();
    await guards.spawnWorker();
    const { data } = guards.folders;
    const owned = join(data, 'guards', guards.guardFolders()[0] ?? '', 'instances', 'volume');
    const left = join(data, 'guards', 'gone', 'volume');
    using mounted = new DisposableStack();
    for (const folder of [owned, left]) {
      await mkdir(folder, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'ordeal', folder]);
      mounted.defer(() => execFileSync('umount', [folder]));
    }
    const findings = await look(guards);
    expect(findings.filter(({ id }) => id === 'leftovers.mount').map(({ found }) => found)).toEqual([
      `mounted: ${left}`,
    ]);
  });
});
