export { type MissingAbilities, missingAbilities } from './abilities.ts';
export { createProcessRuntime, type ProcessRuntimeOptions } from './process/runtime.ts';
