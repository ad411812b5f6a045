import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeId } from '@ordeal/place';
import { type TestEngine, type TestImage, testEngine } from '@ordeal/runtimes/testing-engine';
import { type Backend, openWorld, type World } from './world.ts';

export interface DockerWorld extends World {
  /** What the world's workers have on the engine now: containers, networks and volumes. */
  left(): Promise<string[]>;
}

/** A world whose settings name the engine of the tests and their images: those asked for, and the helper. */
export async function openDockerWorld(...images: TestImage[]): Promise<DockerWorld> {
  const engine = await testEngine('helper', ...images);
  return openWorldOn(engine, Object.fromEntries(images.map((name) => [name, engine.image(name)])));
}

/** @param others references of images beside the helper's, by name */
export async function openWorldOn(
  { docker, image }: TestEngine,
  others: Readonly<Record<string, string>>,
  backend: Backend = 'postgres',
): Promise<DockerWorld> {
  const world = await openWorld(backend, process.env.DOCKER_HOST ?? '');
  const references = { ...others, helper: image('helper') };
  const settings = { runtimes: { docker: { images: references, subnets: '10.203.0.0/16' } } };
  await writeFile(
    join(world.folders.home, 'ordeal.config.mjs'),
    `export default ${JSON.stringify(settings)};\n`,
  );
  return Object.assign(world, {
    async left() {
      const filters = { label: [`ordeal.place=${placeId(world.folders)}`] };
      const [containers, networks, { Volumes: volumes }] = await Promise.all([
        docker.listContainers({ all: true, filters }),
        docker.listNetworks({ filters }),
        docker.listVolumes({ filters }),
      ]);
      return [
        ...containers.flatMap(({ Names }) => Names),
        ...networks.map(({ Name }) => Name),
        ...(volumes ?? []).map(({ Name }) => Name),
      ];
    },
  });
}
