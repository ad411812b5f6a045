import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { type Folders, type ProcessIdentity, processesIn } from '@ordeal/place';
import type { Home } from '../home/home.ts';
import { isClaimed } from './claim.ts';
import type { LeftInstance } from './entries.ts';
import { findGuardFolders, isOwnerDead, ownerOf } from './guard-folder.ts';
import { type KnownGuard, knownGuards } from './known-guards.ts';
import { leftIn } from './left-instances.ts';

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
  const known = await knownGuards(folders, await home.labelled());
  const { drafts } = await findGuardFolders(folders);
  const inspected = await Promise.all(known.map((guard) => inspectGuard(guard, home)));
  const nobodys = known.filter((_, index) => inspected[index] === undefined).map(({ folder }) => folder.path);
  return {
    guards: inspected.filter((guard) => guard !== undefined),
    unfinished: [...drafts, ...nobodys.filter((path) => existsSync(path))],
  };
}

/** Undefined when nothing is left but a folder of nobody's: it is being deleted, or whoever did that was killed. */
async function inspectGuard(
  { folder, labelled }: KnownGuard,
  { lives, runtimes }: Home,
): Promise<InspectedGuard | undefined> {
  const isDead = await isOwnerDead(folder, lives);
  const left = await leftIn(folder, runtimes, labelled);
  if (isDead && left.length === 0 && (await ownerOf(folder)) === undefined) return undefined;
  return {
    name: basename(folder.path),
    folder: folder.path,
    state: isDead ? ((await isClaimed(folder, lives)) ? 'swept' : 'dead') : 'alive',
    left,
    processes: processesIn(folder.instances),
  };
}
