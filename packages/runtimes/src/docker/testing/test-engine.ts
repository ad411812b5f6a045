import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { deadlineSignal } from '@ordeal/core';
import Docker from 'dockerode';

/** What the test run answers to a line of JSON that names images. */
export type TestEngineAnswer =
  | {
      /** For `DOCKER_HOST`; absent when the default engine is the one. */
      readonly host?: string | undefined;
      /** References. */
      readonly images: Readonly<Partial<Record<TestImage, string>>>;
    }
  | { readonly error: string };

/** For the hook that asks for the engine: the very first time, its images are built. */
export const TEST_ENGINE_TIMEOUT_MS = 600_000;

/** What a test may ask for: the helper of a node, and subjects' programs as Debian packages them. */
export type TestImage = 'helper' | 'etcd' | 'redis' | 'postgres';

/** A Docker engine that is up until the test run ends, with the images asked for. */
export interface TestEngine {
  readonly docker: Docker;
  /**
   * The reference of an image that was asked for.
   * @throws RangeError for another one
   */
  image(name: TestImage): string;
}

/**
 * Why there can be no Docker engine here, for the name of a skipped test; undefined when there can.
 * @throws Error in CI, where nothing may be skipped
 */
export function whyNoTestEngine(): string | undefined {
  if (process.env.ORDEAL_TEST_ENGINE) return undefined;
  const why = process.env.ORDEAL_NO_TEST_ENGINE ?? 'the test run offers no Docker engine';
  if (process.env.CI) throw new Error(`${why}, and CI skips nothing`);
  return why;
}

/**
 * Has the test run start its engine, if it is not up, and build what is missing of the images. From then on
 * `DOCKER_HOST` of this process, and of those that it starts, names the engine.
 * @throws Error when the engine does not start or an image cannot be built
 */
export async function testEngine(...images: readonly TestImage[]): Promise<TestEngine> {
  const answer = await ask(images);
  if ('error' in answer) throw new Error(answer.error);
  if (answer.host !== undefined) process.env.DOCKER_HOST = answer.host;
  const image = (name: TestImage): string => {
    const reference = answer.images[name];
    if (reference === undefined) throw new RangeError(`the image ${name} was not asked for`);
    return reference;
  };
  return { docker: new Docker(), image };
}

async function ask(images: readonly TestImage[]): Promise<TestEngineAnswer> {
  const path = process.env.ORDEAL_TEST_ENGINE;
  if (!path) throw new Error('ask whyNoTestEngine() first');
  const signal = deadlineSignal(TEST_ENGINE_TIMEOUT_MS);
  const socket = connect(path);
  await once(socket, 'connect', { signal });
  signal.addEventListener('abort', () => socket.destroy(new Error('no test engine in time')));
  socket.write(`${JSON.stringify(images)}\n`);
  return JSON.parse(await text(socket));
}
