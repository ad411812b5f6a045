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
 * What a guard has, or has left, from its journal; and from folders, processes and mounts: an instance is journaled before
 * it exists, but disks lie, and people delete folders.
 */
export async function leftIn(
  folder: GuardFolder,
  runtimes: readonly Pick<Runtime, 'name'>[],
): Promise<LeftInstance[]> {
  const journaled = await journaledIn(folder);
  // A folder speaks for processes that live in it; what is on an engine has none.
  if (!runtimes.some(({ name }) => name === 'process')) return journaled;
  const known = new Set(journaled.map(({ label }) => label.instance));
  const unknown = (await namesIn(folder)).filter((name) => !known.has(name));
  return [
    ...journaled,
    ...unknown.map((instance): LeftInstance => {
      const label = { instance, guard: basename(folder.path), ...UNKNOWN_TRIAL };
      return {
        label: { ...label, folder: join(folder.instances, instance) },
        runtime: 'process',
        injections: [],
      };
    }),
  ];
}

/** What labels tell of the guard beside what is known to be left. */
export function unknownOnEngine(
  folder: GuardFolder,
  known: readonly LeftInstance[],
  labelled: readonly LabelledInstance[],
): LeftInstance[] {
  const onEngine = known.filter(({ runtime }) => runtime === 'docker').map(({ label }) => label.instance);
  return labelled
    .filter(({ guard, instance }) => guard === basename(folder.path) && !onEngine.includes(instance))
    .map((found) => ({
      label: { ...found, folder: join(folder.instances, found.instance) },
      runtime: 'docker',
      injections: [],
    }));
}

/** What the journal does not say was removed. */
export async function journaledIn(folder: GuardFolder): Promise<LeftInstance[]> {
  const text = await readFile(folder.journal, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return leftInstances(text);
}

/** Also of folders that are gone, while something is at work or mounted there. */
async function namesIn({ instances }: GuardFolder): Promise<string[]> {
  const folders = await readdir(instances).catch(() => []);
  return [...new Set([...folders, ...tracesBelow(instances)])];
}
