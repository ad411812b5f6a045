import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describeError, OrdealError, type Runtime } from '@ordeal/core';
import { type Folders, identityOf } from '@ordeal/place';
import type { Recovered } from '../protocol.ts';
import { claimFolder } from './claim.ts';
import { type LeftInstance, leftInstances } from './entries.ts';
import { type GuardFolder, isOwnerDead, listGuardFolders } from './guard-folder.ts';

/** What is left of a trial of which the journal knows nothing: never expected, swept all the same. */
const UNKNOWN_TRIAL = { trial: 'unknown', execution: 0 };

/**
 * Removes what dead guards of this installation left, from their journals and folders. Living guards are not
 * touched, and two sweepers do not meet: each folder is claimed. Idempotent.
 * @returns one entry per execution found; not `clean`: something of it is left, and its folder stays for the next
 * sweep.
 */
export async function sweepGuards(folders: Folders, runtimes: readonly Runtime[]): Promise<Recovered[]> {
  const all = await listGuardFolders(folders);
  const swept = await Promise.all(all.map((folder) => sweepFolder(folder, runtimes)));
  return swept.flat();
}

async function sweepFolder(folder: GuardFolder, runtimes: readonly Runtime[]): Promise<Recovered[]> {
  if (!(await isOwnerDead(folder))) return [];
  const self = identityOf(process.pid);
  if (self === null) throw new OrdealError('INTERNAL', 'this process cannot tell its own identity');
  const claim = await claimFolder(folder, self);
  if (claim === undefined) return [];
  // Asked again: a guard that was just starting takes its folder first and looks for claims then.
  if (!(await isOwnerDead(folder))) {
    await claim.release();
    return [];
  }
  const left = await leftIn(folder, runtimes);
  const recovered = await Promise.all(left.map((instance) => recover(instance, runtimes)));
  if (recovered.every(({ clean }) => clean)) await rm(folder.path, { recursive: true, force: true });
  else await claim.release();
  return recovered;
}

/** From the journal, and from the folders: an instance is journaled before it exists, but disks lie. */
async function leftIn(folder: GuardFolder, runtimes: readonly Runtime[]): Promise<LeftInstance[]> {
  const text = await readFile(folder.journal, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const journaled = leftInstances(text);
  const names = await readdir(folder.instances).catch(() => []);
  const known = new Set(journaled.map(({ label }) => basename(label.folder)));
  const unknown = names
    .filter((name) => !known.has(name))
    .flatMap((instance) =>
      runtimes.map(({ name }) => ({
        label: { instance, ...UNKNOWN_TRIAL, folder: join(folder.instances, instance) },
        runtime: name,
        injections: [],
      })),
    );
  return [...journaled, ...unknown];
}

async function recover(left: LeftInstance, runtimes: readonly Runtime[]): Promise<Recovered> {
  const { trial, execution } = left.label;
  const runtime = runtimes.find(({ name }) => name === left.runtime);
  const clean = await (runtime?.removeLeftovers(left.label) ?? Promise.resolve(false)).catch(
    (error: unknown) => {
      console.error(`leftovers of ${left.label.instance}: ${describeError(error)}`);
      return false;
    },
  );
  return { trial, execution, injections: [...left.injections], clean };
}
