import type { Runtime } from '@ordeal/core';
import { type Folders, placeId } from '@ordeal/place';
import { bundleProgram } from './docker/bundle-program.ts';
import { createDockerRuntime, type DockerRuntimeOptions } from './docker/runtime.ts';
import { createProcessRuntime, type ProcessRuntimeOptions } from './process/runtime.ts';

export interface RuntimesOptions {
  readonly folders: Folders;
  /** The guard's clock: stamps node events. */
  readonly monotonicMs: () => number;
  readonly process: Pick<ProcessRuntimeOptions, 'ports'>;
  readonly docker: Pick<DockerRuntimeOptions, 'engine' | 'images' | 'subnets'>;
}

/** Every runtime that there is, as an installation's settings want them. Make them once per guard. */
export function createRuntimes({ folders, monotonicMs, process, docker }: RuntimesOptions): Runtime[] {
  return [
    createProcessRuntime({ folders, monotonicMs, ports: process.ports }),
    createDockerRuntime({
      ...docker,
      place: placeId(folders),
      bundle: (module) => bundleProgram(module, folders.shared),
      monotonicMs,
    }),
  ];
}
