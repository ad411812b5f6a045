export { resolveDatabaseUrl } from './database/address.ts';
export { type EmbeddedStatus, embeddedStatus, startEmbedded, stopEmbedded } from './embedded/server.ts';
export { type OpenStore, type OpenStoreOptions, openStore } from './open.ts';
export type {
  Campaign,
  Claim,
  Ended,
  Execution,
  ExecutionRef,
  ExecutionResult,
  Injection,
  NewCampaign,
  NewTrial,
  Progress,
  PublishedEntry,
  Trial,
  TrialEvent,
  TrialRecord,
  TrialTiming,
  WorkerRow,
} from './rows.ts';
export type { Store } from './store.ts';
