import { describeError, type ImageName, OrdealError } from '@ordeal/core';
import type { Engine } from './engine.ts';
import { statusOf } from './engine-error.ts';

/** A large image over a slow line; what hangs for longer hangs. */
const PULL_DEADLINE_MS = 20 * 60_000;

/** The reference to use for an image: what the settings say under its name, else the published one. */
export function referenceOf(images: Readonly<Record<string, string>>): (image: ImageName) => string {
  return ({ name, published }) => (Object.hasOwn(images, name) ? images[name] : undefined) ?? published;
}

/** Is the image on the engine? @throws OrdealError ENGINE_UNAVAILABLE */
export async function hasImage(engine: Engine, reference: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await engine.call('look for an image', (docker) => docker.getImage(reference).inspect(), { signal });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/**
 * Pulls the image. @param progress is told each step that the engine tells of
 * @throws OrdealError ENGINE_UNAVAILABLE when it cannot be had, with the registry's reason
 */
export async function pullImage(
  engine: Engine,
  reference: string,
  progress: (step: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await engine.call(
      `pull ${reference}`,
      async (docker, abortSignal) => {
        const stream = await docker.pull(reference, { abortSignal });
        await new Promise<void>((resolve, reject) => {
          docker.modem.followProgress(
            stream,
            (error) => (error === null ? resolve() : reject(error)),
            ({ id, status }: { id?: string; status?: string }) =>
              progress([id, status].filter((text) => text !== undefined).join(' ')),
          );
        });
      },
      { signal, timeoutMs: PULL_DEADLINE_MS },
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw new OrdealError(
      'ENGINE_UNAVAILABLE',
      `the image ${reference} cannot be had: ${describeError(error)}`,
      {
        cause: error,
      },
    );
  }
}
