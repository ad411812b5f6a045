import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultSettings } from '@ordeal/config';
import { type RuntimeName, waitFor } from '@ordeal/core';
import { inspectGuards, processHome } from '@ordeal/guard';
import { descendantsOf, isAlive, processesIn } from '@ordeal/place';
import type { Store } from '@ordeal/store';
import type { DockerWorld } from '../support/docker-world.ts';
import type { Running, World } from '../support/world.ts';

/** A killed worker's instances must be gone by then. */
const PROMISED_MS = 5_000;
/** So long it is looked at: a promise that is broken should be seen by how much. */
const LOOK_MS = 30_000;

export interface WorkerKill {
  readonly at: Date;
  /** From `kill -9` until nothing of the instance was left, its faults among it. Of those made ready ahead, too. */
  readonly gone: readonly { readonly runtime: RuntimeName; readonly ms: number }[];
  /** What the worker was running. */
  readonly lost: readonly { readonly trialId: string; readonly execution: number }[];
  readonly breaches: readonly string[];
}

/** Kills a worker with SIGKILL, and watches everything of it go, without whose help ever. */
export async function killWorker(world: World | DockerWorld, worker: Running): Promise<WorkerKill> {
  const family = descendantsOf(worker.pid);
  const { guards } = await inspectGuards(world.folders, processHome(world.folders, defaultSettings, {}));
  const owners = await Promise.all(guards.map(({ folder }) => ownerOf(folder)));
  const ownGuards = family.filter((one) => owners.includes(one));
  const instances = guards
    .filter((_, index) => family.includes(owners[index] ?? ''))
    .flatMap(({ left }) => left);
  const lost = await executionsOf(world.store, worker.pid);
  const at = new Date();
  const began = performance.now();
  worker.child.kill('SIGKILL');

  const breaches: string[] = [];
  const watchGo = async (
    what: string,
    isGone: () => Promise<boolean> | boolean,
    promisedMs = PROMISED_MS,
  ): Promise<number> => {
    await waitFor(what, async () => (await isGone()) || undefined, { timeoutMs: LOOK_MS, everyMs: 20 }).catch(
      () => {
        breaches.push(`of a killed worker is left after ${LOOK_MS} ms: ${what}`);
      },
    );
    const ms = performance.now() - began;
    if (ms > promisedMs) breaches.push(`a killed worker's ${what} took ${Math.round(ms)} ms to go`);
    return ms;
  };
  const gone = await Promise.all([
    ...instances.map(async ({ label, runtime }) => ({
      runtime,
      ms: await watchGo(`instance ${label.instance} on ${runtime}`, async () =>
        runtime === 'process' || !('presentOf' in world)
          ? processesIn(label.folder).length === 0
          : (await world.presentOf(label.instance)).length === 0,
      ),
    })),
    watchGo('processes', () => !family.some((one) => isAlive(one) && !ownGuards.includes(one))),
    // It goes when all of its work is done; no time is promised for that.
    watchGo('guard', () => !ownGuards.some(isAlive), LOOK_MS),
  ]);
  return { at, gone: gone.filter((each) => typeof each === 'object'), lost, breaches };
}

/** Undefined: it is just being deleted. */
function ownerOf(folder: string): Promise<string | undefined> {
  return readFile(join(folder, 'identity'), 'utf8').catch(() => undefined);
}

async function executionsOf(store: Store, pid: number): Promise<WorkerKill['lost']> {
  const worker = (await store.liveWorkers(60_000)).find((each) => each.pid === pid);
  const live = await store.liveExecutions();
  return live
    .filter(({ workerId }) => workerId === worker?.id)
    .map(({ trialId, execution }) => ({ trialId, execution }));
}
