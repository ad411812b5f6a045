import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Folders } from '@ordeal/place';
import type { Lives } from '../home/lives.ts';

/** A folder in the making has no identity yet; nobody needs so long to write one. */
const DRAFT_ABANDONED_AFTER_MS = 60_000;
const DRAFT_SUFFIX = '.draft';
const NAME_PATTERN = /^g[0-9a-f]{8}$/;

/** Where a guard keeps what its successor needs. */
export interface GuardFolder {
  readonly path: string;
  readonly identity: string;
  readonly journal: string;
  readonly log: string;
  readonly instances: string;
}

/** For a guard to be; no two are ever the same. */
export function newGuardName(): string {
  return `g${randomBytes(4).toString('hex')}`;
}

/** What bears another name is not ours, wherever it is. */
export function isGuardName(name: string): boolean {
  return NAME_PATTERN.test(name);
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

/** The identity of the folder's owner; undefined when it is nobody's, because it is gone or being deleted. */
export async function ownerOf(folder: GuardFolder): Promise<string | undefined> {
  return readFile(folder.identity, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** True when the guard does not live that has, or had, the folder. */
export async function isOwnerDead(folder: GuardFolder, lives: Lives): Promise<boolean> {
  const owner = await ownerOf(folder);
  if (owner !== undefined) return !(await lives.isAlive(owner));
  // Its folder tells nothing, and it may work on all the same.
  return !(await lives.guards()).includes(basename(folder.path));
}

/** Folders of all guards of this installation, living or dead, and what was to become one. */
export async function findGuardFolders(folders: Folders): Promise<{ made: GuardFolder[]; drafts: string[] }> {
  const parent = guardsFolder(folders);
  const names = await readdir(parent).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const pathsOf = (suffix: string): string[] =>
    names
      .filter((name) => name.endsWith(suffix) && isGuardName(name.slice(0, name.length - suffix.length)))
      .map((name) => join(parent, name));
  return { made: pathsOf('').map(guardFolder), drafts: pathsOf(DRAFT_SUFFIX) };
}

/** Deletes drafts that nobody finishes any more. */
export async function deleteOldDrafts(folders: Folders): Promise<void> {
  const { drafts } = await findGuardFolders(folders);
  await Promise.all(drafts.map(deleteOldDraft));
}

async function deleteOldDraft(path: string): Promise<void> {
  const made = await stat(path).catch(() => undefined);
  if (made === undefined || Date.now() - made.mtimeMs < DRAFT_ABANDONED_AFTER_MS) return;
  await rm(path, { recursive: true, force: true });
}
