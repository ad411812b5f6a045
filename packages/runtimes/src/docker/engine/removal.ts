import { setTimeout as delay } from 'node:timers/promises';
import { OrdealError } from '@ordeal/core';
import type Docker from 'dockerode';
import { settleAll } from '../../settle-all.ts';
import type { Engine } from './engine.ts';
import { reasonOf, statusOf } from './engine-error.ts';
import { instanceFilter } from './labels.ts';

/** One removes, one sees that nothing is left; the others are for what somebody else is removing or was just starting. */
const MOST_ROUNDS = 20;
/** Between those: a busy engine takes a second or two to take a container off its network. */
const ROUND_PAUSE_MS = 200;
/** A busy engine takes half a second. */
const LEAVE_WITHIN_MS = 5_000;

/**
 * Removes all that bears the instance's label: containers with their processes, then networks and volumes.
 * Idempotent. @throws OrdealError when the engine refuses, or something is still there after {@link MOST_ROUNDS} rounds
 */
export async function removeInstance(engine: Engine, instance: string): Promise<void> {
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    if ((await removeRound(engine, instance)) === 0) return;
    if (round > 1) await delay(ROUND_PAUSE_MS);
  }
  throw new OrdealError('TARGET_FAILED', `something of instance ${instance} comes back, or will not go`);
}

/** Removes what there is, and says how much it was. */
async function removeRound(engine: Engine, instance: string): Promise<number> {
  const filters = instanceFilter(instance);
  const containers = await engine.call('list containers', (docker, abortSignal) =>
    docker.listContainers({ all: true, filters, abortSignal }),
  );
  await removeContainers(engine, containers);
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

/**
 * All at once, but for leaving their network: engines before 28.1 count the ends of one, and were seen to count an end that
 * was gone, it seems when several go at once. Such a network "has active endpoints" until the engine is started again
 * (moby/moby#42119).
 */
async function removeContainers(engine: Engine, containers: readonly Docker.ContainerInfo[]): Promise<void> {
  let turn = Promise.resolve();
  const removals = containers.map(async (container) => {
    const networks = networksOf(container);
    if (networks.length > 0) {
      turn = turn.then(() => leaveNetworks(engine, container.Id, networks));
      await turn;
    }
    await removeContainer(engine, container.Id);
  });
  await settleAll(removals);
}

/** Those that it is on: one that was never started, or has ended, has none yet or no more. */
function networksOf({ NetworkSettings }: Docker.ContainerInfo): string[] {
  return Object.values(NetworkSettings?.Networks ?? {}).flatMap(({ NetworkID, EndpointID }) =>
    EndpointID === '' ? [] : [NetworkID],
  );
}

/** Never throws: it may be off by now, and its removal takes it off, too. */
async function leaveNetworks(engine: Engine, container: string, networks: readonly string[]): Promise<void> {
  for (const network of networks) {
    const left = engine.call(
      'take a container off its network',
      (docker, abortSignal) =>
        docker.getNetwork(network).disconnect({ Container: container, Force: true, abortSignal }),
      { timeoutMs: LEAVE_WITHIN_MS },
    );
    await left.catch(() => {});
  }
}

/** Kills it first if it runs. One that is gone, or being removed by somebody else, is as good as removed. */
export async function removeContainer(engine: Engine, container: string): Promise<void> {
  await unlessGone(
    engine.call('remove a container', (docker, abortSignal) =>
      docker.getContainer(container).remove({ force: true, v: true, ...{ abortSignal } }),
    ),
  );
}

/** A network whose last container somebody else is still removing, or was starting when we listed them. */
function isInUse(error: unknown): boolean {
  return statusOf(error) === 403 && /active endpoints/.test(reasonOf(error));
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
    if (status !== 404 && status !== 409 && !isInUse(error)) throw error;
  }
}
