import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RuntimeName } from '@ordeal/core';
import { mountsIn } from '@ordeal/place';
import { testEngine } from '@ordeal/runtimes/testing-engine';
import { type DockerWorld, openWorldOn } from './docker-world.ts';
import type { OwnTestEngine } from './own-engine.ts';
import { type Backend, openWorld, type World, type WorldOptions } from './world.ts';

const PAIR = resolve(import.meta.dirname, '../doubles/pair/subject.ts');

interface PairWorldOptions extends WorldOptions {
  /** For docker: one that the world may strike; default: the engine of the tests, which belongs to all. */
  readonly engine?: OwnTestEngine | undefined;
}

/** A world whose settings have the subject `pair`. */
export async function openPairWorld(
  runtime: RuntimeName,
  backend: Backend,
  { engine: own, ...options }: PairWorldOptions = {},
): Promise<World> {
  if (runtime === 'process') {
    const world = await openWorld(backend, undefined, options);
    await writeSettings(world, {});
    return world;
  }
  const engine = own ?? (await testEngine('helper'));
  const world = await openWorldOn(engine, {}, { backend, host: own?.host, ...options });
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
