import type { ComposeFile, JsonObject } from '@ordeal/core';
import type { ComposeModel } from './model.ts';
import type { SystemService } from './system-of.ts';

/** The file as the runtime needs it: without what is left out, and with a name for every image. */
export function composeFile(
  path: string,
  model: ComposeModel,
  system: readonly SystemService[],
): ComposeFile {
  const services = system.map(({ name, image }) => [name, { ...model.services[name], image }]);
  // It was read from YAML, which has nothing in it that JSON has not.
  const resolved = { ...model, services: Object.fromEntries(services) } as JsonObject;
  return { path, resolved, jobs: system.filter(({ isJob }) => isJob).map(({ name }) => name) };
}
