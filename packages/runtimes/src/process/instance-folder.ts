import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { chown, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { type InstanceLabel, OrdealError } from '@ordeal/core';
import type { Folders, ProcessIdentity, User } from '@ordeal/place';
import { unmountTmpfsIn } from './tmpfs.ts';

const RECORD_SUFFIX = '.incarnation';

/**
 * The instance's folder with symbolic links resolved, whether it exists or not: processes are found by their
 * working directory, which the kernel tells resolved.
 * @throws OrdealError INTERNAL when it is not inside this installation's folders: it will be deleted one day.
 */
export function instanceFolder(label: InstanceLabel, folders: Folders): string {
  const real = join(realFolder(dirname(label.folder)), basename(label.folder));
  const isInside = [folders.data, folders.home].some((base) => {
    const path = relative(realFolder(base), real);
    return path !== '' && !path.startsWith('..') && !isAbsolute(path);
  });
  if (!isInside) throw new OrdealError('INTERNAL', `${label.folder} is not inside ${folders.data}`);
  return real;
}

/** Makes a node's folder; its user is who servers run as. */
export function makeNodeFolder(folder: string, runAs: User | undefined): Promise<void> {
  return makeOwnedFolder(folder, 0o755, runAs);
}

/** Makes the folder of a node's volume, for its user alone. */
export function makeVolumeFolder(folder: string, runAs: User | undefined): Promise<void> {
  return makeOwnedFolder(folder, 0o700, runAs);
}

async function makeOwnedFolder(folder: string, mode: number, runAs: User | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode });
  if (runAs !== undefined) await chown(folder, runAs.uid, runAs.gid);
}

/** Notes a node's root process in the folder, for whoever must find the tree where working directories cannot be asked for. */
export function recordIncarnation(folder: string, node: string, incarnation: ProcessIdentity): void {
  writeFileSync(join(folder, `${node}${RECORD_SUFFIX}`), incarnation);
}

/** The last incarnation of each node, from a folder whose owner is gone. */
export async function recordedIncarnations(folder: string): Promise<ProcessIdentity[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(RECORD_SUFFIX))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

/**
 * Unmounts the volumes below the folder, and deletes it. No process may live there any more: one in a volume that
 * is detached is found by its working directory no longer.
 * @throws OrdealError TARGET_FAILED, before anything is deleted, when something that is not ours is mounted below
 */
export async function deleteFolder(folder: string): Promise<void> {
  await unmountTmpfsIn(folder);
  // A process that is being killed may still write while we delete.
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    return join(realFolder(dirname(folder)), basename(folder));
  }
}
