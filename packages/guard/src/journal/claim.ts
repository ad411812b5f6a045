import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lives } from '../home/lives.ts';
import type { GuardFolder } from './guard-folder.ts';

const CLAIM_PATTERN = /^claim\.(\d+)$/;

/** The right to clean up one dead guard's folder. */
export interface Claim {
  release(): Promise<void>;
}

/**
 * Claims the folder, unless somebody who lives has done so. Claims are numbered, and each number can be made only
 * once: when two find the same dead sweeper's claim, one of them makes the next, and no claim is ever taken away
 * from the living. The folder itself must not be renamed for this: processes are found by it.
 */
export async function claimFolder(folder: GuardFolder, lives: Lives): Promise<Claim | undefined> {
  const { self } = lives;
  const highest = await highestClaim(folder);
  if (highest !== undefined) {
    const owner = await readOrUndefined(join(folder.path, `claim.${highest}`));
    if (owner !== undefined && (await lives.isAlive(owner))) return undefined;
  }
  const path = join(folder.path, `claim.${(highest ?? 0) + 1}`);
  const draft = `${path}.${self}`;
  try {
    await writeFile(draft, self);
    // Appears with its content, or not at all.
    await link(draft, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else was faster, or has deleted the folder already.
    if (code === 'EEXIST' || code === 'ENOENT') return undefined;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => rm(path, { force: true }) };
}

/** True when somebody who lives is cleaning the folder up. */
export async function isClaimed(folder: GuardFolder, lives: Lives): Promise<boolean> {
  const highest = await highestClaim(folder);
  if (highest === undefined) return false;
  const owner = await readOrUndefined(join(folder.path, `claim.${highest}`));
  return owner !== undefined && (await lives.isAlive(owner));
}

async function highestClaim(folder: GuardFolder): Promise<number | undefined> {
  const names = await readdir(folder.path).catch(() => []);
  const numbers = names.flatMap((name) => CLAIM_PATTERN.exec(name)?.[1] ?? []).map(Number);
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

function readOrUndefined(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
