import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { type Folders, isAlive, type ProcessIdentity, processesIn } from '@ordeal/place';
import { processLives } from '../home/lives.ts';
import { isClaimed } from './claim.ts';
import type { LeftInstance } from './entries.ts';
import { findGuardFolders, type GuardFolder, guardsFolder, isOwnerDead } from './guard-folder.ts';
import { leftIn } from './left-instances.ts';

/** A guard of this installation that has not deleted its folder. */
export interface InspectedGuard {
  readonly name: string;
  readonly folder: string;
  /** `swept`: it is dead, and a living process is cleaning up after it. */
  readonly state: 'alive' | 'dead' | 'swept';
  /** Instances that are not known to be removed, with their faults that are not known to be gone. */
  readonly left: readonly LeftInstance[];
  /** Live processes of its nodes. */
  readonly processes: readonly ProcessIdentity[];
}

/** What guards have, or have left, on this machine. */
export interface GuardInspection {
  readonly guards: readonly InspectedGuard[];
  /** Live processes below guards' folders that are gone or nobody's: no sweep will find them. */
  readonly strays: readonly ProcessIdentity[];
  /** Guards' folders that are being made or deleted, or were when somebody was killed. */
  readonly unfinished: readonly string[];
}

/** Looks, and changes nothing. Processes are found on Linux only. */
export async function inspectGuards(folders: Folders): Promise<GuardInspection> {
  // Before the folders: a guard that starts meanwhile must not look like one without a folder.
  const processes = processesIn(guardsFolder(folders));
  const { made, drafts } = await findGuardFolders(folders);
  const inspected = await Promise.all(made.map(inspectGuard));
  const guards = inspected.filter((guard) => guard !== undefined);
  const known = new Set(guards.flatMap(({ folder }) => processesIn(folder)));
  const strays = processes.filter((identity) => !known.has(identity) && isAlive(identity));
  const halfDeleted = made.filter((_, index) => inspected[index] === undefined).map(({ path }) => path);
  return { guards, strays, unfinished: [...drafts, ...halfDeleted] };
}

/** Undefined when it is nobody's: it is being deleted, or whoever did that was killed. */
async function inspectGuard(folder: GuardFolder): Promise<InspectedGuard | undefined> {
  if (!existsSync(folder.identity)) return undefined;
  const lives = processLives();
  const isDead = await isOwnerDead(folder, lives);
  return {
    name: basename(folder.path),
    folder: folder.path,
    state: isDead ? ((await isClaimed(folder, lives)) ? 'swept' : 'dead') : 'alive',
    left: await leftIn(folder, [{ name: 'process' }]),
    processes: processesIn(folder.instances),
  };
}
