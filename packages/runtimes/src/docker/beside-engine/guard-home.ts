import { existsSync } from 'node:fs';
import { isRemoteAddress } from '../engine/connection.ts';
import { Engine } from '../engine/engine.ts';

/** Where the guard of instances on an engine lives: as a process beside its worker, or as a container beside the engine. */
export type GuardHome = 'process' | 'container';

/** Written by Docker and by Podman into every container. */
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv'];
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
 * A process, which starts sooner and has the worker's own programs, unless it could not reach the containers or would
 * die with the worker: the engine is elsewhere, or the worker lives in a container itself.
 * @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE
 */
export async function guardHome({ engine: address, guard }: GuardHomeSettings): Promise<GuardHome> {
  if (guard !== undefined) return guard;
  const engine = new Engine(address);
  if (isRemoteAddress(engine.address) || CONTAINER_MARKS.some(existsSync)) return 'container';
  const { OperatingSystem } = await engine.call('tell of itself', (docker) => docker.info());
  return IN_A_MACHINE_OF_ITS_OWN.test(OperatingSystem) ? 'container' : 'process';
}

/** The path of the engine's socket on its own machine: as it is here for a socket, else the usual one. */
export function engineSocket({ engine, socket }: GuardHomeSettings): string {
  if (socket !== undefined) return socket;
  const { address } = new Engine(engine);
  return address.startsWith('unix://') ? new URL(address).pathname : DEFAULT_SOCKET;
}

/** Names an engine, whoever reaches it by whatever address. @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE */
export async function engineId({ engine: address }: Pick<GuardHomeSettings, 'engine'>): Promise<string> {
  const { ID } = await new Engine(address).call('tell of itself', (docker) => docker.info());
  return ID;
}
