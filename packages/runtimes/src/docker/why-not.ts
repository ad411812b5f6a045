import { findCompose, NO_COMPOSE } from '@ordeal/compose';
import { describeError, type Subject } from '@ordeal/core';
import { type GuardHomeSettings, guardHome } from './beside-engine/guard-home.ts';
import { Engine } from './engine/engine.ts';
import { hasImage, referenceOf } from './engine/images.ts';
import { imagesOf } from './prepare-launches.ts';

const ENGINE_DEADLINE_MS = 5_000;

const NO_COMPOSE_BESIDE_ENGINE =
  'the guard runs docker compose, and there is none where it lives, in a container beside the engine';

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

/** Why the subject cannot be started on the engine: no compose, an image that is not there; undefined when it can. */
export async function whyNoImages(
  settings: EngineSettings & GuardHomeSettings,
  subject: Subject,
): Promise<string | undefined> {
  const engine = new Engine(settings.engine);
  try {
    if (subject.compose !== undefined) {
      if ((await findCompose()) === undefined) return NO_COMPOSE;
      if ((await guardHome(settings)) === 'container') return NO_COMPOSE_BESIDE_ENGINE;
    }
    for (const reference of imagesOf(subject).map(referenceOf(settings.images))) {
      if (!(await hasImage(engine, reference))) return `the image ${reference} is not on the engine`;
    }
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}
