import type { Settings } from '@ordeal/config';
import { monotonicMs, type Runtime } from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import {
  containerLives,
  createDockerRuntime,
  createRuntimes,
  ENGINE_BESIDE,
  packedProgram,
  removeNeverStarted,
} from '@ordeal/runtimes';
import type { ContainerHome } from '../launch-options.ts';
import { type Lives, processLives } from './lives.ts';

/** Where a guard lives: a process beside its worker, or a container beside the engine. */
export interface Home {
  readonly lives: Lives;
  /** What it can run instances on. */
  readonly runtimes: readonly Runtime[];
}

export function processHome(folders: Folders, settings: Settings): Home {
  return { lives: processLives(), runtimes: createRuntimes({ folders, monotonicMs, ...settings }) };
}

/** @throws OrdealError ENGINE_UNAVAILABLE when the engine's socket is not what it was said to be */
export async function containerHome({ name, place, images, subnets }: ContainerHome): Promise<Home> {
  const { identityOf, isAlive } = containerLives(ENGINE_BESIDE);
  await removeNeverStarted(ENGINE_BESIDE, place);
  const runtime = createDockerRuntime({
    engine: ENGINE_BESIDE,
    images,
    subnets,
    place,
    bundle: packedProgram,
    monotonicMs,
  });
  return { lives: { self: await identityOf(name), isAlive }, runtimes: [runtime] };
}
