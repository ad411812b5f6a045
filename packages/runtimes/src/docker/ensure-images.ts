import { readFile } from 'node:fs/promises';
import { describeError, type ImageName, type Subject } from '@ordeal/core';
import { fetchComposeImages } from './compose/fetch-images.ts';
import { Engine } from './engine/engine.ts';
import { buildImage, hasImage, pullImage, referenceOf } from './engine/images.ts';
import { HELPER_IMAGE } from './node/helper-image.ts';
import { plainImagesOf } from './prepare-launches.ts';
import type { EngineSettings } from './why-not.ts';

const HELPER_DOCKERFILE = new URL('../../../../ops/docker/helper/Dockerfile', import.meta.url);

/**
 * Sees to it that the engine has the subjects' images: pulls what is missing, one after the other, and builds the
 * helper unless the settings name another one. Nothing is pulled later, when a trial is being measured.
 * @param progress is told what is being done, for people
 * @returns what could not be had, each with the reason; `whyNoImages` says the same of a subject
 * @throws the signal's reason
 */
export async function ensureImages(
  settings: EngineSettings,
  subjects: readonly Subject[],
  progress: (step: string) => void,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const engine = new Engine(settings.engine);
  const images = new Map(subjects.flatMap(plainImagesOf).map((image) => [image.name, image]));
  const failures: string[] = [];
  for (const image of images.values()) {
    const reference = referenceOf(settings.images)(image);
    try {
      if (await hasImage(engine, reference, signal)) continue;
      progress(`making the image ${reference} ready`);
      await make(engine, image, reference, (step) => progress(`${reference}: ${step}`), signal);
      progress(`the image ${reference} is ready`);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(describeError(error));
    }
  }
  for (const { compose } of subjects) {
    if (compose === undefined) continue;
    failures.push(...(await fetchComposeImages(engine, compose, progress, signal)));
  }
  return failures;
}

async function make(
  engine: Engine,
  image: ImageName,
  reference: string,
  progress: (step: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (image.name !== HELPER_IMAGE.name || reference !== HELPER_IMAGE.published) {
    await pullImage(engine, reference, progress, signal);
    return;
  }
  await buildImage(engine, reference, await readFile(HELPER_DOCKERFILE, 'utf8'), progress, signal);
}
