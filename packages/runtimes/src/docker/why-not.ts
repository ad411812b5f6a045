import { describeError, type Subject } from '@ordeal/core';
import { Engine } from './engine/engine.ts';
import { hasImage, pullImage, referenceOf } from './engine/images.ts';
import { imagesOf } from './prepare-launches.ts';

const ENGINE_DEADLINE_MS = 5_000;

/** Which engine, and what is to be used on it. */
export interface EngineSettings {
  /** `unix:///path` or `tcp://host:port`; default: what DOCKER_HOST says, else the default socket. */
  readonly engine?: string | undefined;
  /** Other references than the published ones, by image name. */
  readonly images: Readonly<Record<string, string>>;
}

/** Why there can be no nodes on the engine, in words that fit behind "because"; undefined when there can. */
export async function whyNoEngine({ engine }: Pick<EngineSettings, 'engine'>): Promise<string | undefined> {
  try {
    await new Engine(engine).call('tell its version', (docker) => docker.version(), {
      timeoutMs: ENGINE_DEADLINE_MS,
    });
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/** Why the subject cannot be started on the engine: an image that is not there; undefined when it can. */
export async function whyNoImages(settings: EngineSettings, subject: Subject): Promise<string | undefined> {
  const engine = new Engine(settings.engine);
  try {
    for (const reference of imagesOf(subject).map(referenceOf(settings.images))) {
      if (!(await hasImage(engine, reference))) return `the image ${reference} is not on the engine`;
    }
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/**
 * Pulls those of the subjects' images that the engine does not have, one after the other.
 * @param progress is told what is being done, for people
 * @returns what could not be had, each with the reason; {@link whyNoImages} says the same of a subject
 */
export async function ensureImages(
  settings: EngineSettings,
  subjects: readonly Subject[],
  progress: (step: string) => void,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const engine = new Engine(settings.engine);
  const references = new Set(subjects.flatMap(imagesOf).map(referenceOf(settings.images)));
  const failures: string[] = [];
  for (const reference of references) {
    try {
      if (await hasImage(engine, reference, signal)) continue;
      progress(`pulling ${reference}`);
      await pullImage(engine, reference, (step) => progress(`pulling ${reference}: ${step}`), signal);
      progress(`pulled ${reference}`);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(describeError(error));
    }
  }
  return failures;
}
