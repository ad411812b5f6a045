import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicMs } from '@ordeal/core';
import { type TestPlace, testLabel } from '../../process/testing/start-echo.ts';
import { bundleProgram } from '../bundle-program.ts';
import { createDockerRuntime, type DockerRuntimeOptions } from '../runtime.ts';
import { type TestEngine, testEngine } from './test-engine.ts';

export interface DockerPlace extends TestPlace {
  readonly engine: TestEngine;
  /** What there is on the engine of the instance, whatever its state. */
  left(instance: string): Promise<{ containers: number; networks: number; volumes: number }>;
}

/**
 * A docker runtime for one test file, on the engine that all test runs of this machine share.
 * @param part other settings: an address of the engine, a pool of subnets
 */
export async function makeDockerPlace(
  part: Pick<Partial<DockerRuntimeOptions>, 'engine' | 'subnets'> = {},
): Promise<DockerPlace> {
  const engine = await testEngine('helper');
  const root = mkdtempSync(join(tmpdir(), 'ordeal-docker-'));
  const folders = { home: root, data: root, shared: root };
  // Other runs have instances on the engine as well.
  const own = randomBytes(4).toString('hex');
  const label = (instance: string) => testLabel(folders, `${instance}-${own}`);
  return {
    engine,
    folders,
    runtime: createDockerRuntime({
      images: { helper: engine.image('helper') },
      subnets: '10.202.0.0/16',
      place: 'test',
      bundle: (module) => bundleProgram(module, join(tmpdir(), 'ordeal-test-programs')),
      monotonicMs,
      ...part,
    }),
    label,
    async left(instance) {
      const filters = { label: [`ordeal.instance=${label(instance).instance}`] };
      const [containers, networks, { Volumes: volumes }] = await Promise.all([
        engine.docker.listContainers({ all: true, filters }),
        engine.docker.listNetworks({ filters }),
        engine.docker.listVolumes({ filters }),
      ]);
      return { containers: containers.length, networks: networks.length, volumes: volumes?.length ?? 0 };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
