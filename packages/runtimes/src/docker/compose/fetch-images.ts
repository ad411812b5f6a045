import { composeModel, findCompose, NO_COMPOSE, runCompose } from '@ordeal/compose';
import { type ComposeFile, deadlineSignal, describeError, OrdealError } from '@ordeal/core';
import type { Engine } from '../engine/engine.ts';
import { hasImage } from '../engine/images.ts';

/** A large image over a slow line; what hangs for longer hangs. */
const MAKE_DEADLINE_MS = 20 * 60_000;

/**
 * Builds what the file builds, which costs next to nothing while its sources are the same, and pulls what else is
 * missing: by compose, which knows how to build, and the user's log-ins at registries.
 * @param progress is told each line that compose writes of it
 * @returns what could not be had, each with the reason
 * @throws the signal's reason
 */
export async function fetchComposeImages(
  engine: Engine,
  { path, resolved }: ComposeFile,
  progress: (step: string) => void,
  signal?: AbortSignal,
): Promise<string[]> {
  const program = await findCompose();
  if (program === undefined) return [`${path}: ${NO_COMPOSE}`];
  const { services } = composeModel.parse(resolved);
  const failures: string[] = [];
  for (const [name, { image = '', build }] of Object.entries(services)) {
    const isBuilt = build !== undefined && build !== null;
    try {
      if (!isBuilt && (await hasImage(engine, image, signal))) continue;
      const own = { services: { [name]: isBuilt ? { image, build } : { image } } };
      progress(`${isBuilt ? 'building' : 'pulling'} ${image}`);
      await runCompose(program, ['-p', 'ordeal-images', '-f', '-', isBuilt ? 'build' : 'pull', name], {
        // No file of the user's is near: all paths are absolute.
        cwd: '/',
        input: JSON.stringify(own),
        engine: await engine.host(),
        signal: deadlineSignal(MAKE_DEADLINE_MS, signal),
        progress,
      });
    } catch (error) {
      signal?.throwIfAborted();
      const message = `the image ${image} of ${name} in ${path} cannot be had`;
      failures.push(describeError(new OrdealError('ENGINE_UNAVAILABLE', message, { cause: error })));
    }
  }
  return failures;
}
