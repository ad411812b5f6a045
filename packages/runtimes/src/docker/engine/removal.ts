import { OrdealError } from '@ordeal/core';
import { settleAll } from '../../settle-all.ts';
import type { Engine } from './engine.ts';
import { statusOf } from './engine-error.ts';
import { instanceFilter } from './labels.ts';

/** One removes, one sees that nothing is left; the others are for what somebody else was removing meanwhile. */
const MOST_ROUNDS = 5;

/**
 * Removes all that bears the instance's label: containers with their processes, then networks and volumes.
 * Idempotent. @throws OrdealError when the engine refuses, or something is still there after five rounds
 */
export async function removeInstance(engine: Engine, instance: string): Promise<void> {
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    if ((await removeRound(engine, instance)) === 0) return;
  }
  throw new OrdealError('TARGET_FAILED', `something of instance ${instance} comes back, or will not go`);
}

/** Removes what there is, and says how much it was. */
async function removeRound(engine: Engine, instance: string): Promise<number> {
  const filters = instanceFilter(instance);
  const containers = await engine.call('list containers', (docker, abortSignal) =>
    docker.listContainers({ all: true, filters, abortSignal }),
  );
  await settleAll(containers.map(({ Id }) => removeContainer(engine, Id)));
  const [networks, { Volumes: volumes }] = await Promise.all([
    engine.call('list networks', (docker, abortSignal) => docker.listNetworks({ filters, abortSignal })),
    engine.call('list volumes', (docker, abortSignal) => docker.listVolumes({ filters, abortSignal })),
  ]);
  await Promise.all([
    removeEach(networks, ({ Id }) =>
      engine.call('remove a network', (docker, abortSignal) => docker.getNetwork(Id).remove({ abortSignal })),
    ),
    removeEach(volumes ?? [], ({ Name }) =>
      engine.call('remove a volume', (docker, abortSignal) => docker.getVolume(Name).remove({ abortSignal })),
    ),
  ]);
  return containers.length + networks.length + (volumes?.length ?? 0);
}

/** Kills it first if it runs. One that is gone, or being removed by somebody else, is as good as removed. */
export async function removeContainer(engine: Engine, container: string): Promise<void> {
  await unlessGone(
    engine.call('remove a container', (docker, abortSignal) =>
      docker.getContainer(container).remove({ force: true, v: true, ...{ abortSignal } }),
    ),
  );
}

/** What is gone already, or being removed by somebody else (409), is as good as removed: the next round looks again. */
async function removeEach<T>(all: readonly T[], remove: (one: T) => Promise<unknown>): Promise<void> {
  await settleAll(all.map((one) => unlessGone(remove(one))));
}

async function unlessGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    const status = statusOf(error);
    if (status !== 404 && status !== 409) throw error;
  }
}
