import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Runtime } from '@ordeal/core';
import type { LabelledInstance } from '@ordeal/runtimes';
import { type LeftInstance, leftInstances } from './entries.ts';
import type { GuardFolder } from './guard-folder.ts';
import { tracesBelow } from './traces.ts';

/** What is left of a trial of which no journal and no label tells. */
export const UNKNOWN_TRIAL = { trial: 'unknown', execution: 0 };

/**
 * What a guard has, or has left: from its journal; then what labels on an engine tell, and folders, processes and
 * mounts. An instance is journaled before it exists, but disks lie, and people delete folders.
 */
export async function leftIn(
  folder: GuardFolder,
  runtimes: readonly Pick<Runtime, 'name'>[],
  labelled: readonly LabelledInstance[],
): Promise<LeftInstance[]> {
  const journaled = await journaledIn(folder);
  const onEngine = labelled.map(
    (found): LeftInstance => ({
      label: { ...found, folder: join(folder.instances, found.instance) },
      runtime: 'docker',
      injections: [],
    }),
  );
  const here = runtimes.some(({ name }) => name === 'process') ? await namesIn(folder) : [];
  const inFolders = here.map(
    (instance): LeftInstance => ({
      label: {
        instance,
        guard: basename(folder.path),
        ...UNKNOWN_TRIAL,
        folder: join(folder.instances, instance),
      },
      runtime: 'process',
      injections: [],
    }),
  );
  // Who knows more comes first.
  const all = [...journaled, ...onEngine, ...inFolders].map((one) => [one.label.instance, one] as const);
  return [...new Map(all.toReversed()).values()].toReversed();
}

/** What the journal does not say was removed. */
export async function journaledIn(folder: GuardFolder): Promise<LeftInstance[]> {
  const text = await readFile(folder.journal, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return leftInstances(text);
}

/** A folder speaks for processes that live in it, and they for it. */
async function namesIn({ instances }: GuardFolder): Promise<string[]> {
  const folders = await readdir(instances).catch(() => []);
  return [...new Set([...folders, ...tracesBelow(instances)])];
}
