import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Runtime } from '@ordeal/core';
import { type LeftInstance, leftInstances } from './entries.ts';
import type { GuardFolder } from './guard-folder.ts';

/** What is left of a trial of which the journal knows nothing: never expected, swept all the same. */
const UNKNOWN_TRIAL = { trial: 'unknown', execution: 0 };

/** From the journal, and from the folders: an instance is journaled before it exists, but disks lie. */
export async function leftIn(
  folder: GuardFolder,
  runtimes: readonly Pick<Runtime, 'name'>[],
): Promise<LeftInstance[]> {
  const text = await readFile(folder.journal, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const journaled = leftInstances(text);
  const names = await readdir(folder.instances).catch(() => []);
  const known = new Set(journaled.map(({ label }) => basename(label.folder)));
  // A folder speaks for processes that live in it; what is on an engine has none.
  const inFolders = runtimes.filter(({ name }) => name === 'process');
  const unknown = names
    .filter((name) => !known.has(name))
    .flatMap((instance) =>
      inFolders.map(({ name }) => ({
        label: { instance, ...UNKNOWN_TRIAL, folder: join(folder.instances, instance) },
        runtime: name,
        injections: [],
      })),
    );
  return [...journaled, ...unknown];
}
