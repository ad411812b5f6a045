import { basename, join } from 'node:path';
import type { Folders } from '@ordeal/place';
import type { LabelledInstance } from '@ordeal/runtimes';
import { guardsWithHandles } from '../operator/handle-server.ts';
import {
  findGuardFolders,
  type GuardFolder,
  guardFolder,
  guardsFolder,
  isGuardName,
} from './guard-folder.ts';
import { tracesBelow } from './traces.ts';

/** A guard of this installation of which there is something: its folder, or only what it made. */
export interface KnownGuard {
  /** Where its folder is, or was. */
  readonly folder: GuardFolder;
  /** What labels on an engine tell of it. */
  readonly labelled: readonly LabelledInstance[];
}

/**
 * Every guard, living or dead. Whether one lives is to be asked afterwards: a guard has its folder before anything else,
 * and one that starts meanwhile must not look like one without.
 */
export async function knownGuards(
  folders: Folders,
  labelled: readonly LabelledInstance[],
): Promise<KnownGuard[]> {
  const byGuard = Map.groupBy(labelled, ({ guard }) => guard);
  const parent = guardsFolder(folders);
  const told = [...byGuard.keys(), ...tracesBelow(parent), ...(await guardsWithHandles(folders))];
  const { made } = await findGuardFolders(folders);
  const names = new Set([...told.filter(isGuardName), ...made.map(({ path }) => basename(path))]);
  return [...names].map((name) => ({
    folder: guardFolder(join(parent, name)),
    labelled: byGuard.get(name) ?? [],
  }));
}
