import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestImage } from '@ordeal/runtimes/testing-engine';
import { ImageBuilder } from './test-engine/build-images.ts';
import { holdEngine } from './test-engine/hold-engine.ts';
import { whyNoEngine } from './test-engine/why-no-engine.ts';

/**
 * `pnpm engine COMMAND ...`: runs a command with the engine of the tests up, every test image in it, and
 * `DOCKER_HOST` set, for example `pnpm engine docker images`, or a shell. The engine ends after it.
 */

const IMAGES: readonly TestImage[] = ['helper', 'etcd', 'redis', 'postgres'];

const [command = 'true', ...args] = process.argv.slice(2);
const why = await whyNoEngine();
if (why !== undefined) {
  console.error(why);
  process.exit(1);
}
const engine = await holdEngine();
try {
  const builder = new ImageBuilder(engine.docker, console.error);
  const references = await Promise.all(IMAGES.map((name) => builder.ready(name)));
  // By hand, a name that is easily typed.
  await Promise.all(
    IMAGES.map((name, index) =>
      engine.docker.getImage(references[index] ?? '').tag({ repo: `ordeal-test/${name}`, tag: 'latest' }),
    ),
  );
  const env = engine.host === undefined ? process.env : { ...process.env, DOCKER_HOST: engine.host };
  // The command has the terminal: an interrupt is for it, and this waits for its end.
  process.on('SIGINT', () => {});
  const [code] = await once(spawn(command, args, { stdio: 'inherit', env }), 'exit');
  process.exitCode = code ?? 1;
} finally {
  await engine.release();
}
