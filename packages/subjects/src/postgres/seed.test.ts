import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unprivilegedUser } from '@ordeal/place';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLocalInstance } from '../testing/local-instance.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { postgres } from './subject.ts';
import { SERVER_VOLUME } from './topology.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

test('ten instances prepared at once where there is no seed make one', async () => {
  const cacheFolder = join(folder.path, 'cache');
  const names = Array.from({ length: 10 }, (_, index) => `instance${index}`);
  // One server of each is enough: what is asked for is the seed.
  const topology = { nodes: postgres.topology.nodes.slice(0, 1), links: [] };
  await Promise.all(
    names.map((name) =>
      createLocalInstance({ ...postgres, topology }, { folder: join(folder.path, name), cacheFolder }),
    ),
  );

  const seeds = (await readdir(cacheFolder)).filter((name) => name.startsWith('postgres-seed'));
  expect(seeds).toHaveLength(1);
  expect(seeds[0]).not.toMatch(/draft|lock/);
  const seeded = await stat(join(cacheFolder, seeds[0] ?? '', 'data', 'PG_VERSION'));
  for (const name of names) {
    const data = await stat(join(folder.path, name, 'postgres0', SERVER_VOLUME.path, 'cluster'));
    expect(data.mode & 0o777).toBe(0o700);
    expect(data.uid).toBe(unprivilegedUser()?.uid ?? process.getuid?.());
    const copied = await stat(
      join(folder.path, name, 'postgres0', SERVER_VOLUME.path, 'cluster', 'PG_VERSION'),
    );
    expect(copied.mtimeMs).toBe(seeded.mtimeMs);
  }
}, 30_000);
