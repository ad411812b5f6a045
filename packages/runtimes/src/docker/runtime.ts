import type { Instance, InstanceLabel, InstanceRequest, Runtime } from '@ordeal/core';
import { startOrRemove } from '../start-or-remove.ts';
import { endCompose } from './compose/project.ts';
import { Engine } from './engine/engine.ts';
import { referenceOf } from './engine/images.ts';
import { removeInstance } from './engine/removal.ts';
import { DockerInstance } from './instance.ts';

export interface DockerRuntimeOptions {
  /** `unix:///path` or `tcp://host:port`; default: what DOCKER_HOST says, else the default socket. */
  readonly engine?: string | undefined;
  /** Other references than the published ones, by image name. */
  readonly images: Readonly<Record<string, string>>;
  /** Where instances' subnets come from, such as `10.201.0.0/16`. */
  readonly subnets: string;
  /** Stands in labels, for people: who made it. */
  readonly place: string;
  /** A program of ours as one file, by its main module. */
  readonly bundle: (module: string) => Promise<Buffer>;
  /** The guard's clock: stamps node events. */
  readonly monotonicMs: () => number;
}

/**
 * Nodes as containers of a Docker engine, each instance in a network of its own. A node is two containers that share
 * one network namespace: a helper of ours that stays, and the subject's unmodified image, which is killed and started
 * again. So a fault on its network outlives its restarts, and its image needs no tools.
 *
 * Nothing is asked of the engine before an instance is started, and no image is pulled then: see `ensureImages`.
 * Containers' addresses must be reachable from here, as they are on the engine's own Linux machine.
 */
export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { images, subnets, place, bundle, monotonicMs } = options;
  const engine = new Engine(options.engine);
  const tools = {
    engine,
    place,
    subnets,
    monotonicMs,
    imageOf: referenceOf(images),
    bundle,
  };
  return {
    name: 'docker',
    async start(request: InstanceRequest, signal: AbortSignal): Promise<Instance> {
      signal.throwIfAborted();
      return startOrRemove(new DockerInstance(request, tools), signal);
    },
    async removeLeftovers(label: InstanceLabel): Promise<boolean> {
      await endCompose(label);
      await removeInstance(engine, label.instance);
      return true;
    },
  };
}
