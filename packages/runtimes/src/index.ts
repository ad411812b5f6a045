export { type MissingAbilities, missingAbilities } from './abilities.ts';
export { createRuntimes, type RuntimesOptions } from './create-runtimes.ts';
export { type EngineInspection, inspectEngine } from './docker/engine/inspect-engine.ts';
export type { HelperTrial } from './docker/engine/try-helper.ts';
export { ensureImages } from './docker/ensure-images.ts';
export { createDockerRuntime, type DockerRuntimeOptions } from './docker/runtime.ts';
export { type EngineSettings, whyNoImages } from './docker/why-not.ts';
export { createProcessRuntime, type ProcessRuntimeOptions } from './process/runtime.ts';
