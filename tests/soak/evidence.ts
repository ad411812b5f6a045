import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Running, World } from '../support/world.ts';

/**
 * Keeps what the world's end would delete: what every worker said, and the journals, logs and farewells of the guards that
 * are still there.
 * @returns the folder
 */
export async function keepEvidence({ folders }: World, workers: readonly Running[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ordeal-soak-'));
  await Promise.all([
    ...workers.map((worker, index) =>
      writeFile(join(folder, `worker-${index}-${worker.pid}.log`), worker.output()),
    ),
    ...['guards', 'farewells'].map((name) =>
      // What a guard deletes meanwhile, and what is no file, is no loss.
      cp(join(folders.data, name), join(folder, name), { recursive: true }).catch(() => {}),
    ),
  ]);
  return folder;
}
