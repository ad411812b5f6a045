import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders } from '@ordeal/place';
import type { Lives } from '../home/lives.ts';

/** A folder in the making has no identity yet; nobody needs so long to write one. */
const DRAFT_ABANDONED_AFTER_MS = 60_000;
const DRAFT_SUFFIX = '.draft';

/** Where a guard keeps what its successor needs. */
export interface GuardFolder {
  readonly path: string;
  readonly identity: string;
  readonly journal: string;
  readonly log: string;
  readonly instances: string;
}

export function guardsFolder(folders: Folders): string {
  return join(folders.data, 'guards');
}

export function guardFolder(path: string): GuardFolder {
  return {
    path,
    identity: join(path, 'identity'),
    journal: join(path, 'journal.jsonl'),
    log: join(path, 'guard.log'),
    instances: join(path, 'instances'),
  };
}

/**
 * Makes a guard's folder if it is not there. It appears with its owner's identity inside, in one step: at no
 * instant is there one that looks like a dead guard's.
 */
export async function makeGuardFolder(path: string, owner: string): Promise<GuardFolder> {
  const folder = guardFolder(path);
  const draft = guardFolder(`${path}${DRAFT_SUFFIX}`);
  // Servers run unprivileged, and have to reach their folders below this one.
  await mkdir(draft.instances, { recursive: true, mode: 0o755 });
  await writeFile(draft.identity, owner);
  await rename(draft.path, folder.path);
  return folder;
}

/** Makes somebody else the owner. */
export async function ownGuardFolder(folder: GuardFolder, owner: string): Promise<void> {
  const draft = `${folder.identity}.${owner}`;
  await writeFile(draft, owner);
  await rename(draft, folder.identity);
}

/** True when the folder's owner does not live; false also when the folder is gone. */
export async function isOwnerDead(folder: GuardFolder, lives: Lives): Promise<boolean> {
  const owner = await readFile(folder.identity, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return owner !== undefined && !(await lives.isAlive(owner));
}

/** Folders of all guards of this installation, living or dead. Drafts that nobody finished are deleted. */
export async function listGuardFolders(folders: Folders): Promise<GuardFolder[]> {
  const { made, drafts } = await findGuardFolders(folders);
  await Promise.all(drafts.map(deleteOldDraft));
  return made;
}

/** The same, and the drafts; deletes nothing. */
export async function findGuardFolders(folders: Folders): Promise<{ made: GuardFolder[]; drafts: string[] }> {
  const parent = guardsFolder(folders);
  const names = await readdir(parent).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const isDraft = (path: string): boolean => path.endsWith(DRAFT_SUFFIX);
  const paths = names.map((name) => join(parent, name));
  return { made: paths.filter((path) => !isDraft(path)).map(guardFolder), drafts: paths.filter(isDraft) };
}

async function deleteOldDraft(path: string): Promise<void> {
  const made = await stat(path).catch(() => undefined);
  if (made === undefined || Date.now() - made.mtimeMs < DRAFT_ABANDONED_AFTER_MS) return;
  await rm(path, { recursive: true, force: true });
}
