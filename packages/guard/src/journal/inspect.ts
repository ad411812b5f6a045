import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { type Folders, type ProcessIdentity, processesIn } from '@ordeal/place';
import type { LabelledInstance } from '@ordeal/runtimes';
import type { Home } from '../home/home.ts';
import { isClaimed } from './claim.ts';
import type { LeftInstance } from './entries.ts';
import { findGuardFolders, type GuardFolder, isOwnerDead, ownerOf } from './guard-folder.ts';
import { knownGuards } from './known-guards.ts';
import { leftIn, unknownOnEngine } from './left-instances.ts';

/** A guard of this installation of which there is something. */
export interface InspectedGuard {
  readonly name: string;
  /** Where its folder is; one of a dead guard may be gone. */
  readonly folder: string;
  /** `swept`: it is dead, and a living process is cleaning up after it. */
  readonly state: 'alive' | 'dead' | 'swept';
  /** Instances that are not known to be removed, with their faults that are not known to be gone. */
  readonly left: readonly LeftInstance[];
  /** Live processes of its nodes. */
  readonly processes: readonly ProcessIdentity[];
}

/** What guards have, or have left, at a place. */
export interface GuardInspection {
  readonly guards: readonly InspectedGuard[];
  /** Guards' folders that are being made or deleted, or were when somebody was killed. */
  readonly unfinished: readonly string[];
}

/**
 * Looks, and changes nothing: what is dead, a sweep would remove. Processes are found on Linux only.
 * @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE when the home asks an engine
 */
export async function inspectGuards(folders: Folders, home: Home): Promise<GuardInspection> {
  const labelled = await home.labelled();
  const known = await knownGuards(
    folders,
    labelled.map(({ guard }) => guard),
  );
  const { drafts } = await findGuardFolders(folders);
  const inspected = await Promise.all(known.map((folder) => inspectGuard(folder, labelled, home)));
  const nobodys = known.filter((_, index) => inspected[index] === undefined).map(({ path }) => path);
  return {
    guards: inspected.filter((guard) => guard !== undefined),
    unfinished: [...drafts, ...nobodys.filter((path) => existsSync(path))],
  };
}

/** Undefined when nothing is left but a folder of nobody's: it is being deleted, or whoever did that was killed. */
async function inspectGuard(
  folder: GuardFolder,
  labelled: readonly LabelledInstance[],
  { lives, runtimes }: Home,
): Promise<InspectedGuard | undefined> {
  const isDead = await isOwnerDead(folder, lives);
  const known = await leftIn(folder, runtimes);
  const left = [...known, ...unknownOnEngine(folder, known, labelled)];
  if (isDead && left.length === 0 && (await ownerOf(folder)) === undefined) return undefined;
  return {
    name: basename(folder.path),
    folder: folder.path,
    state: isDead ? ((await isClaimed(folder, lives)) ? 'swept' : 'dead') : 'alive',
    left,
    processes: processesIn(folder.instances),
  };
}
