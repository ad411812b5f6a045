import { Readable } from 'node:stream';
import { type ImageName, OrdealError } from '@ordeal/core';
import type Docker from 'dockerode';
import { archiveOf } from './archive.ts';
import type { Engine } from './engine.ts';
import { reasonOf, statusOf } from './engine-error.ts';

/** A large image over a slow line; what hangs for longer hangs. */
const MAKE_DEADLINE_MS = 20 * 60_000;

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
  await makeImage(engine, reference, { progress, signal }, (docker, abortSignal) =>
    docker.pull(reference, { abortSignal }),
  );
}

/**
 * Builds the image from a Dockerfile that needs no other files. @param progress is told each step
 * @throws OrdealError ENGINE_UNAVAILABLE when it cannot be built, with the engine's reason
 */
export async function buildImage(
  engine: Engine,
  reference: string,
  dockerfile: string,
  progress: (step: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const context = Readable.from([await archiveOf({ Dockerfile: dockerfile })]);
  await makeImage(engine, reference, { progress, signal }, (docker, abortSignal) =>
    docker.buildImage(context, { t: reference, abortSignal }),
  );
}

interface Making {
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal | undefined;
}

async function makeImage(
  engine: Engine,
  reference: string,
  { progress, signal }: Making,
  begin: (docker: Docker, abortSignal: AbortSignal) => Promise<NodeJS.ReadableStream>,
): Promise<void> {
  const make = async (docker: Docker, abortSignal: AbortSignal) => {
    const stream = await begin(docker, abortSignal);
    const failure = await new Promise<string | undefined>((resolve, reject) => {
      // What fails after the first answer stands in the stream, and is no error to the client.
      let failed: string | undefined;
      // A layer's every megabyte is told of with the same words.
      const told = new Set<string>();
      docker.modem.followProgress(
        stream,
        (error) => (error === null ? resolve(failed) : reject(error)),
        (step: ImageStep) => {
          failed ??= step.error;
          const text = [step.id, step.status ?? step.stream?.trim()].filter(Boolean).join(' ');
          if (text === '' || told.has(text)) return;
          told.add(text);
          progress(text);
        },
      );
    });
    if (failure !== undefined) throw new OrdealError('ENGINE_UNAVAILABLE', failure);
  };
  try {
    await engine.call(`make ${reference}`, make, { signal, timeoutMs: MAKE_DEADLINE_MS });
  } catch (error) {
    signal?.throwIfAborted();
    const message = `the image ${reference} cannot be had: ${reasonOf(error)}`;
    throw new OrdealError('ENGINE_UNAVAILABLE', message, { cause: error });
  }
}

/** One line of what an engine tells while it pulls or builds. */
interface ImageStep {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly error?: string;
}
