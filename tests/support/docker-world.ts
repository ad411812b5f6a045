import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deadlineSignal } from '@ordeal/core';
import { placeId } from '@ordeal/place';
import { type TestEngine, type TestImage, testEngine } from '@ordeal/runtimes/testing-engine';
import type { DockerSettings, OrdealConfig } from 'ordeal/config';
import { type Backend, openWorld, type World, type WorldOptions } from './world.ts';

/** Docker 20.10 may lock itself out of its networks (moby/moby#46661): a test fails of that, and does not hang. */
const ENGINE_DEADLINE_MS = 30_000;

export interface DockerWorld extends World {
  /** What the world's workers have on the engine now: containers, networks and volumes. */
  left(): Promise<string[]>;
  /** What there is of one instance. */
  presentOf(instance: string): Promise<string[]>;
  /** Where a node of the only trial that runs is reached from here. */
  addressOf(node: string, trial: string): Promise<string>;
}

interface DockerWorldOptions extends DockerSettings, WorldOptions {
  /** Where the world finds the engine, for DOCKER_HOST. */
  readonly host?: string | undefined;
  readonly backend?: Backend;
}

/**
 * A world whose settings name the engine of the tests and their images: those asked for, and the helper. None is made ready
 * ahead: the machine is small, and other tests are on it.
 */
export async function openDockerWorld(...images: TestImage[]): Promise<DockerWorld> {
  const engine = await testEngine('helper', ...images);
  const others = Object.fromEntries(images.map((name) => [name, engine.image(name)]));
  return openWorldOn(engine, others, { readyAhead: 0 });
}

/** @param others references of images beside the helper's, by name */
export async function openWorldOn(
  { docker, image }: TestEngine,
  others: Readonly<Record<string, string>>,
  {
    host = process.env.DOCKER_HOST ?? '',
    backend = 'postgres',
    hasOwnClock = false,
    ...more
  }: DockerWorldOptions = {},
): Promise<DockerWorld> {
  const world = await openWorld(backend, host, { hasOwnClock });
  const references = { ...others, helper: image('helper') };
  const given: DockerSettings = { images: references, subnets: '10.203.0.0/16', ...more };
  const settings: OrdealConfig = { runtimes: { docker: given } };
  await writeFile(
    join(world.folders.home, 'ordeal.config.mjs'),
    `export default ${JSON.stringify(settings)};\n`,
  );
  const ofThisPlace = `ordeal.place=${placeId(world.folders)}`;
  return Object.assign(world, {
    async addressOf(node: string, trial: string) {
      const filters = { label: [ofThisPlace, `ordeal.node=${node}`] };
      const all = await docker.listContainers({ filters });
      // Its own, though one may have been made ready beside it; if it has none of its own, that is the one that it took.
      const own = all.filter(({ Labels }) => Labels['ordeal.trial'] === trial);
      const containers = own.length > 0 ? own : all;
      // The node itself has none: it lives in the network of its helper.
      const [network] = containers.flatMap(({ NetworkSettings }) => Object.values(NetworkSettings.Networks));
      if (network === undefined) throw new RangeError(`no container of ${node}`);
      return network.IPAddress;
    },
    left: () => presentAt(docker, placeId(world.folders)),
    presentOf: (instance: string) => presentWith(docker, `ordeal.instance=${instance}`),
  });
}

/** Everything on the engine that bears the place's name: containers, guards' among them, networks and volumes. */
export function presentAt(docker: TestEngine['docker'], place: string): Promise<string[]> {
  return presentWith(docker, `ordeal.place=${place}`);
}

async function presentWith(docker: TestEngine['docker'], label: string): Promise<string[]> {
  const asked = { filters: { label: [label] }, abortSignal: deadlineSignal(ENGINE_DEADLINE_MS) };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, ...asked }),
    docker.listNetworks(asked),
    docker.listVolumes(asked),
  ]);
  return [
    ...containers.flatMap(({ Names }) => Names),
    ...networks.map(({ Name }) => Name),
    ...(volumes ?? []).map(({ Name }) => Name),
  ];
}
