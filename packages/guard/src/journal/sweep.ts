import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, type Runtime, waitFor } from '@ordeal/core';
import { killOperatorsOf } from '@ordeal/operators';
import type { Folders } from '@ordeal/place';
import type { LabelledInstance } from '@ordeal/runtimes';
import type { Home } from '../home/home.ts';
import type { Lives } from '../home/lives.ts';
import { handleSocket } from '../operator/handle-server.ts';
import type { Recovered } from '../protocol.ts';
import { claimFolder, isClaimed } from './claim.ts';
import { type LeftInstance, openInjections } from './entries.ts';
import { leaveFarewell, readFarewells } from './farewell.ts';
import { deleteOldDrafts, findGuardFolders, type GuardFolder, isOwnerDead } from './guard-folder.ts';
import { knownGuards } from './known-guards.ts';
import { leftIn, unknownOnEngine } from './left-instances.ts';

/** An engine takes seconds for ten containers. A guard that starts has to say hello in the end, too. */
const SWEPT_WITHIN_MS = 15_000;

/**
 * Removes what dead guards of this place left: from their journals first, then what labels, folders, processes and mounts
 * tell, though there may be no journal any more. Living guards are not touched, and two sweepers do not meet: each
 * guard's folder is claimed, and what another one has claimed is waited for. Idempotent.
 * @returns one entry per execution found; not `clean`: something of it is left, and the folder stays for the next
 * sweep.
 */
export async function sweepGuards(folders: Folders, home: Home): Promise<Recovered[]> {
  await deleteOldDrafts(folders);
  // Asked for now, and waited for last: an engine that hangs keeps nobody from what is here.
  const labelled = labelledAt(home);
  const sweep = (folder: GuardFolder) => sweepGuard(folders, folder, home, labelled);
  const here = await knownGuards(folders);
  const swept = await Promise.all(here.map(sweep));
  const told = await knownGuards(
    folders,
    (await labelled).map(({ guard }) => guard),
  );
  const seen = new Set(here.map(({ path }) => path));
  const onlyTold = told.filter(({ path }) => !seen.has(path));
  return [...swept, ...(await Promise.all(onlyTold.map(sweep)))].flat();
}

/**
 * Sweeps again and again, each time that a dead guard's folder is here: one that could not remove everything before it had
 * to go may have nobody who starts after it.
 * @param everyMs the rest between two looks
 */
export async function keepSweeping(
  folders: Folders,
  home: Home,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await delay(everyMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    try {
      // What only an engine or the processes tell is looked for at starts: that would be much to ask all the time.
      if (await isOneDead(folders, home)) await sweepGuards(folders, home);
    } catch (error) {
      console.error(`the sweep: ${describeError(error)}`);
    }
  }
}

async function isOneDead(folders: Folders, { lives }: Home): Promise<boolean> {
  const { made } = await findGuardFolders(folders);
  return (await Promise.all(made.map((folder) => isOwnerDead(folder, lives)))).includes(true);
}

/** Without its engine a guard is of use for local processes. */
function labelledAt(home: Home): Promise<readonly LabelledInstance[]> {
  return home.labelled().catch((error: unknown) => {
    console.error(`what labels on the engine tell: ${describeError(error)}`);
    return [];
  });
}

async function sweepGuard(
  folders: Folders,
  folder: GuardFolder,
  { lives, runtimes }: Home,
  labelled: Promise<readonly LabelledInstance[]>,
): Promise<Recovered[]> {
  if (!(await isOwnerDead(folder, lives))) return [];
  // One that is gone is made again: to be claimed, and to stay for the next sweep if this one fails.
  await mkdir(folder.path, { recursive: true, mode: 0o755 });
  const claim = await claimFolder(folder, lives);
  if (claim === undefined) {
    await untilSwept(folder, lives);
    return [];
  }
  // Asked again: a guard that was just starting takes its folder first and looks for claims then.
  if (!(await isOwnerDead(folder, lives))) {
    await claim.release();
    return [];
  }
  await endOperators(folders, folder);
  const known = await leftIn(folder, runtimes);
  const recovered = await recoverAll(folders, known, runtimes);
  const unknown = unknownOnEngine(folder, known, await labelled);
  recovered.push(...(await recoverAll(folders, unknown, runtimes)));
  if (recovered.every(({ clean }) => clean)) await rm(folder.path, { recursive: true, force: true });
  else await claim.release();
  return recovered;
}

/**
 * Somebody else is at it. Who has swept gives out work, or says that an execution is over: the faults must be gone then,
 * whoever undid them.
 */
async function untilSwept(folder: GuardFolder, lives: Lives): Promise<void> {
  const isSwept = async () => !(await isClaimed(folder, lives)) || undefined;
  const patience = { timeoutMs: SWEPT_WITHIN_MS, everyMs: 100 };
  await waitFor(`${folder.path} is swept`, isSwept, patience).catch((error: unknown) =>
    console.error(describeError(error)),
  );
}

/** First of all: an operator would go on repairing what is being removed. */
async function endOperators(folders: Folders, folder: GuardFolder): Promise<void> {
  const socket = handleSocket(folders, folder.path);
  await killOperatorsOf(socket).catch((error: unknown) =>
    console.error(`operators of ${folder.path}: ${describeError(error)}`),
  );
  await rm(socket, { force: true });
}

function recoverAll(
  folders: Folders,
  left: readonly LeftInstance[],
  runtimes: readonly Runtime[],
): Promise<Recovered[]> {
  return Promise.all(left.map((instance) => recover(folders, instance, runtimes)));
}

async function recover(
  folders: Folders,
  left: LeftInstance,
  runtimes: readonly Runtime[],
): Promise<Recovered> {
  const { trial, execution, instance } = left.label;
  const runtime = runtimes.find(({ name }) => name === left.runtime);
  const clean = await (runtime?.removeLeftovers(left.label) ?? Promise.resolve(false)).catch(
    (error: unknown) => {
      console.error(`leftovers of ${instance}: ${describeError(error)}`);
      return false;
    },
  );
  // Before the folder goes: as long as it is there, the rows of the ledger stay open.
  if (clean) await sayFarewell(folders, left);
  return { trial, execution, injections: openInjections(left), clean };
}

async function sayFarewell(folders: Folders, { label, injections }: LeftInstance): Promise<void> {
  if (injections.length === 0) return;
  const { trial, execution, instance } = label;
  const told = (await readFarewells(folders)).find(
    (one) => one.trial === trial && one.execution === execution,
  );
  // The dead guard's own word, from when it undid them.
  if (told?.injections.every(({ state }) => state === 'gone')) return;
  await leaveFarewell(folders, {
    trial,
    execution,
    at: new Date().toISOString(),
    by: 'successor',
    reason: 'the guard died',
    injections: injections.map(({ injection, state }) => ({
      injection,
      state: state === 'gone' ? 'gone' : 'unproven',
    })),
  }).catch((error: unknown) => console.error(`farewell of ${instance}: ${describeError(error)}`));
}
