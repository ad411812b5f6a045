export { composeFile } from './compose-file.ts';
export { type ComposeProgram, findCompose, NO_COMPOSE, runCompose } from './compose-program.ts';
export { type ComposeModel, type ComposeService, composeModel } from './model.ts';
export { readComposeFile } from './read-compose-file.ts';
export { sharedThings } from './shared-things.ts';
export { type SystemService, systemOf } from './system-of.ts';
