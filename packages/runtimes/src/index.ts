export { type MissingAbilities, missingAbilities } from './abilities.ts';
export { createRuntimes, type RuntimesOptions } from './create-runtimes.ts';
export { type ContainerLives, containerLives } from './docker/beside-engine/container-lives.ts';
export { engineId, engineSocket, type GuardHome, guardHome } from './docker/beside-engine/guard-home.ts';
export { guardLabels, journalLabels } from './docker/beside-engine/guard-labels.ts';
export { removeNeverStarted } from './docker/beside-engine/never-started.ts';
export { packedProgram, packPrograms } from './docker/beside-engine/packed-programs.ts';
export { guardsAt, instancesAt, orphansAt } from './docker/beside-engine/place-on-engine.ts';
export {
  ENGINE_BESIDE,
  type ProgramBesideEngine,
  type RunningBesideEngine,
  startBesideEngine,
} from './docker/beside-engine/start-beside-engine.ts';
export { bundleProgram } from './docker/bundle-program.ts';
export { type EngineInspection, inspectEngine } from './docker/engine/inspect-engine.ts';
export type { LabelledInstance } from './docker/engine/labelled-instances.ts';
export type { HelperTrial } from './docker/engine/try-helper.ts';
export { ensureImages } from './docker/ensure-images.ts';
export { createDockerRuntime, type DockerRuntimeOptions } from './docker/runtime.ts';
export { type EngineSettings, whyNoEngine, whyNoImages } from './docker/why-not.ts';
export { createProcessRuntime, type ProcessRuntimeOptions } from './process/runtime.ts';
