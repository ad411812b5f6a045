export type {
  BackoffTrial,
  CampaignActivity,
  LiveExecution,
  LostExecution,
  LostInjection,
  RestingSlot,
  WorkerSlots,
} from './activity-rows.ts';
export { resolveDatabaseUrl } from './database/address.ts';
export type { MigrationDifference } from './database/migrate.ts';
export { type EmbeddedStatus, embeddedStatus, startEmbedded, stopEmbedded } from './embedded/server.ts';
export { type DatabaseInspection, inspectDatabase } from './inspect/inspect-database.ts';
export { type EmbeddedInspection, inspectEmbedded } from './inspect/inspect-embedded.ts';
export { type OpenStore, type OpenStoreOptions, openStore } from './open.ts';
export type {
  BeatAnswer,
  BeatingExecution,
  Campaign,
  Claim,
  Ended,
  Execution,
  ExecutionRef,
  ExecutionResult,
  Injection,
  NewCampaign,
  NewTrial,
  NewWorker,
  Progress,
  PublishedEntry,
  Trial,
  TrialEvent,
  TrialRecord,
  TrialTiming,
  WorkerRow,
} from './rows.ts';
export type { Store } from './store.ts';
