import { access, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isAlive } from '@ordeal/place';

const LOOK_MS = 50;

const running = new Map<string, Promise<void>>();

/**
 * Makes a folder that many processes want, once: `make` fills a draft beside it, and the finished draft is
 * renamed to its place, so nobody ever sees half of one. The lock only spares the others the work: when it fails
 * (its owner was killed, two break it at once), two drafts are made and the first to be renamed wins.
 */
export async function oncePerPlace(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  const known = running.get(folder);
  if (known !== undefined) return known;
  const work = makeOnce(folder, make).finally(() => running.delete(folder));
  running.set(folder, work);
  return work;
}

async function makeOnce(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  const lock = `${folder}.lock`;
  await mkdir(dirname(folder), { recursive: true });
  while (!(await exists(folder))) {
    if (!(await takeLock(lock))) {
      await delay(LOOK_MS);
      continue;
    }
    try {
      if (!(await exists(folder))) await fill(folder, make);
    } finally {
      await rm(lock, { force: true });
    }
  }
}

async function fill(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  await removeDeadDrafts(folder);
  const draft = `${folder}.draft-${ownIdentity()}`;
  await mkdir(draft, { mode: 0o700 });
  try {
    await make(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Somebody else was faster: theirs is as good.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** True when the lock is ours now. A lock whose owner is dead is removed, for the next round to take. */
async function takeLock(lock: string): Promise<boolean> {
  const claim = `${lock}.${ownIdentity()}`;
  await writeFile(claim, ownIdentity());
  try {
    // A link, not an exclusive open: the lock never exists without its owner's name in it.
    await link(claim, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(claim, { force: true });
  }
  const owner = await readFile(lock, 'utf8').catch(() => undefined);
  if (owner !== undefined && !isAlive(owner)) await rm(lock, { force: true });
  return false;
}

/** Drafts whose maker was killed half way. */
async function removeDeadDrafts(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.draft-`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(prefix) || isAlive(name.slice(prefix.length))) continue;
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function ownIdentity(): string {
  return identityOf(process.pid) ?? `${process.pid}@`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
