export type { GuardClient, Tick } from './client/guard-client.ts';
export type { AskOptions } from './client/pending-asks.ts';
export { type SpawnGuardOptions, spawnGuard } from './client/spawn-guard.ts';
export { type GuardContainerOptions, startGuardContainer } from './client/start-guard-container.ts';
export { type Home, processHome } from './home/home.ts';
export { openInjections } from './journal/entries.ts';
export type { Farewell } from './journal/farewell.ts';
export { type GuardInspection, type InspectedGuard, inspectGuards } from './journal/inspect.ts';
export { UNKNOWN_TRIAL } from './journal/left-instances.ts';
export { sweepGuards } from './journal/sweep.ts';
export {
  type Answer,
  type Body,
  type Fence,
  type GuardEvent,
  PROTOCOL_VERSION,
  type Recovered,
  type Verb,
} from './protocol.ts';
