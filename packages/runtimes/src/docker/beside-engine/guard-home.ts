import { readFile } from 'node:fs/promises';
import type { ContainerInspectInfo } from 'dockerode';
import { isRemoteAddress } from '../engine/connection.ts';
import { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engine-error.ts';

/** Where the guard of instances on an engine lives: as a process beside its worker, or as a container beside the engine. */
export type GuardHome = 'process' | 'container';

/** An engine in a virtual machine, whatever its socket looks like. */
const IN_A_MACHINE_OF_ITS_OWN = /Docker Desktop/;
const DEFAULT_SOCKET = '/var/run/docker.sock';

export interface GuardHomeSettings {
  readonly engine?: string | undefined;
  /** Default: see {@link guardHome}. */
  readonly guard?: GuardHome | undefined;
  /** Where the engine's socket is on the engine's machine. Default: see {@link engineSocket}. */
  readonly socket?: string | undefined;
}

/**
 * A process, which has the worker's files, programs and environment, unless it could not reach the containers or would die
 * with the worker: the engine is elsewhere, or this process lives in one of its containers.
 * @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE
 */
export async function guardHome({ engine: address, guard }: GuardHomeSettings): Promise<GuardHome> {
  if (guard !== undefined) return guard;
  const engine = new Engine(address);
  if (isRemoteAddress(engine.address)) return 'container';
  const [{ OperatingSystem }, own] = await Promise.all([
    engine.call('tell of itself', (docker) => docker.info()),
    ownContainer(engine),
  ]);
  return own !== undefined || IN_A_MACHINE_OF_ITS_OWN.test(OperatingSystem) ? 'container' : 'process';
}

/**
 * The path of the engine's socket on its own machine: as it is here for a socket, or as it was mounted into the container
 * that this process lives in; else the usual one.
 * @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE
 */
export async function engineSocket({ engine: address, socket }: GuardHomeSettings): Promise<string> {
  if (socket !== undefined) return socket;
  const engine = new Engine(address);
  if (isRemoteAddress(engine.address)) return DEFAULT_SOCKET;
  const here = engine.address.startsWith('unix://') ? new URL(engine.address).pathname : DEFAULT_SOCKET;
  const own = await ownContainer(engine);
  return own?.Mounts.find(({ Destination }) => Destination === here)?.Source ?? here;
}

/** Names an engine, whoever reaches it by whatever address. @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE */
export async function engineId({ engine: address }: Pick<GuardHomeSettings, 'engine'>): Promise<string> {
  const { ID } = await new Engine(address).call('tell of itself', (docker) => docker.info());
  return ID;
}

/** The container of this engine that this process lives in. In one of another engine, or in none: undefined. */
async function ownContainer(engine: Engine): Promise<ContainerInspectInfo | undefined> {
  // An engine mounts files of a container's own, such as /etc/hosts, from a folder that bears its id.
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const id = /containers\/(?:\S+\/)?([0-9a-f]{64})\//.exec(mounts)?.[1];
  if (id === undefined) return undefined;
  try {
    return await engine.call('inspect a container', (docker, abortSignal) =>
      docker.getContainer(id).inspect({ abortSignal }),
    );
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
