import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolders } from '@ordeal/place';
import { startEmbedded, stopEmbedded } from '@ordeal/store';
import type { TestProject } from 'vitest/node';

/**
 * One embedded Postgres for the whole run; each test takes a schema of its own in it. And one cache of compiled
 * modules for the hundreds of commands, workers and guards that the tests start: it halves what a start costs.
 */
export default async function startDatabase(_project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'ordeal-tests-'));
  process.env.NODE_COMPILE_CACHE = join(home, 'compiled');
  const folders = openFolders(home);
  const { url } = await startEmbedded(folders);
  process.env.ORDEAL_TEST_DATABASE_URL = url;
  return async () => {
    await stopEmbedded(folders);
    await rm(folders.data, { recursive: true, force: true });
    // Node adds to the cache when a process ends, and what outlives its test, as an engine's keeper does, may end now.
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
}
