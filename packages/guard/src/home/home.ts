import type { Settings } from '@ordeal/config';
import { monotonicMs, type Runtime } from '@ordeal/core';
import { type Folders, placeId } from '@ordeal/place';
import {
  containerLives,
  createDockerRuntime,
  createRuntimes,
  ENGINE_BESIDE,
  guardsAt,
  instancesAt,
  type LabelledInstance,
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
  /**
   * Instances of this place that an engine knows of by their labels, whoever made them.
   * @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE
   */
  readonly labelled: () => Promise<readonly LabelledInstance[]>;
}

/** @param hasEngine false: no engine is asked for what there is of instances */
export function processHome(
  folders: Folders,
  settings: Settings,
  { hasEngine = false }: { hasEngine?: boolean | undefined },
): Home {
  return {
    lives: processLives(folders),
    runtimes: createRuntimes({ folders, monotonicMs, ...settings }),
    labelled: async () => (hasEngine ? instancesAt(settings.docker.engine, placeId(folders)) : []),
  };
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
  return {
    lives: {
      self: await identityOf(name),
      isAlive,
      guards: () => guardsAt(ENGINE_BESIDE, place),
    },
    runtimes: [runtime],
    labelled: () => instancesAt(ENGINE_BESIDE, place),
  };
}
