import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Folders, openFolders } from '@ordeal/place';
import { startEmbedded, stopEmbedded } from './embedded/server.ts';

/** An installation in a temporary folder, for tests. */
export async function openTestFolders(): Promise<{ folders: Folders; remove: () => Promise<void> }> {
  const folders = openFolders(await mkdtemp(join(tmpdir(), 'ordeal-test-')));
  return {
    folders,
    remove: async () => {
      await stopEmbedded(folders);
      await rm(folders.data, { recursive: true, force: true });
      await rm(folders.home, { recursive: true, force: true });
    },
  };
}

/** A real Postgres for a test run; `stop` ends it and removes all of it. For a global set-up: it needs no test framework. */
export async function startTestServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const { folders, remove } = await openTestFolders();
  try {
    const { url } = await startEmbedded(folders);
    return { url, stop: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
