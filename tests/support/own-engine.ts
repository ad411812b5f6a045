import { text } from 'node:stream/consumers';
import { type TestEngine, type TestImage, testEngine } from '@ordeal/runtimes/testing-engine';
import Docker from 'dockerode';
import { type OwnEngine, startOwnEngine } from '../../scripts/test-engine/own-engine.ts';

/** An engine that one test has for itself, and may end and start again; the engine of the tests belongs to all. */
export interface OwnTestEngine extends TestEngine, AsyncDisposable, Pick<OwnEngine, 'host' | 'restart'> {}

/** Starts one, in the folder that ORDEAL_TEST_ENGINE_FOLDER names, with images from the engine of the tests. See `runApart`. */
export async function startOwnTestEngine(...images: TestImage[]): Promise<OwnTestEngine> {
  const shared = await testEngine(...images);
  const { host, restart, stop } = await startOwnEngine(() => process.exit(1));
  const docker = new Docker({ socketPath: host.replace('unix://', '') });
  try {
    for (const name of images) await copyImage(shared.image(name), shared.docker, docker);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, docker, image: shared.image, restart, [Symbol.asyncDispose]: stop };
}

async function copyImage(reference: string, from: Docker, to: Docker): Promise<void> {
  const told = await text(await to.loadImage(await from.getImage(reference).get()));
  // What fails after the first answer stands in the stream.
  if (told.includes('"error"')) throw new Error(`${reference} could not be loaded: ${told}`);
}
