import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { waitFor } from '@ordeal/core';
import type { Folders } from '@ordeal/place';

/** SQLite's answer when another connection holds the lock (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;

/** Longer than a first start with recovery on a slow disk: whoever waits wants the server, not an error. */
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Runs `work` while no other process of this installation does. The lock is SQLite's on an empty file, which is
 * the kernel's: it goes with its holder, however that one dies, so there is no stale lock and nothing to guess.
 * @throws OrdealError DEADLINE when somebody else holds it for two minutes.
 */
export async function withEmbeddedLock<T>(folders: Folders, work: () => Promise<T>): Promise<T> {
  const lock = await waitFor('the lock of the embedded Postgres', () => tryLock(folders), {
    timeoutMs: LOCK_TIMEOUT_MS,
  });
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function tryLock(folders: Folders): DatabaseSync | undefined {
  const file = new DatabaseSync(join(folders.home, 'postgres.lock'));
  try {
    file.exec('begin exclusive');
    return file;
  } catch (error) {
    file.close();
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}
