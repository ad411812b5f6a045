import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RuntimeName } from '@ordeal/core';
import { mountsIn } from '@ordeal/place';
import { testEngine } from '@ordeal/runtimes/testing-engine';
import { type DockerWorld, openWorldOn } from './docker-world.ts';
import type { OwnTestEngine } from './own-engine.ts';
import { type Backend, openWorld, type World } from './world.ts';

const PAIR = resolve(import.meta.dirname, '../doubles/pair/subject.ts');

/**
 * A world whose settings have the subject `pair`.
 * @param own for docker: an engine that the world may strike; default: the engine of the tests, which belongs to all
 */
export async function openPairWorld(
  runtime: RuntimeName,
  backend: Backend,
  own?: OwnTestEngine,
): Promise<World> {
  if (runtime === 'process') {
    const world = await openWorld(backend);
    await writeSettings(world, {});
    return world;
  }
  const engine = own ?? (await testEngine('helper'));
  const world = await openWorldOn(engine, {}, { backend, host: own?.host });
  const images = { helper: engine.image('helper') };
  await writeSettings(world, { runtimes: { docker: { images, subnets: '10.204.0.0/16' } } });
  return Object.assign(world, { engine: own });
}

async function writeSettings({ folders }: World, settings: object): Promise<void> {
  const text = `import { pair } from ${JSON.stringify(PAIR)};
export default { ...${JSON.stringify(settings)}, subjects: [pair] };
`;
  await writeFile(join(folders.home, 'ordeal.config.mjs'), text);
}

/** Of trials: processes, guards among them, mounts, and what is on the engine. */
export async function leftOf(world: World | DockerWorld): Promise<string[]> {
  const guards = join(world.folders.data, 'guards');
  const onEngine = 'left' in world ? await world.left() : [];
  return [...world.trialProcesses(), ...mountsIn(guards).map(({ path }) => path), ...onEngine];
}

/** A guard deletes its own when nothing is left. */
export function guardFoldersOf({ folders }: World): Promise<string[]> {
  return readdir(join(folders.data, 'guards')).catch(() => []);
}
