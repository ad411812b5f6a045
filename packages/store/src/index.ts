export type {
  BackoffTrial,
  CampaignActivity,
  LiveExecution,
  LostExecution,
  LostInjection,
  RestingSlot,
} from './activity-rows.ts';
export { resolveDatabaseUrl } from './database/address.ts';
export type { MigrationDifference } from './database/migrate.ts';
export { type EmbeddedStatus, embeddedStatus, startEmbedded, stopEmbedded } from './embedded/server.ts';
export { type DatabaseInspection, findDatabaseId, inspectDatabase } from './inspect/inspect-database.ts';
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
  Progress,
  Trial,
  TrialEvent,
  TrialRecord,
  TrialTiming,
} from './rows.ts';
export type { WaitingTrials } from './slots.ts';
export type { Store } from './store.ts';
export type { NewWorker, PublishedEntry, WorkerRow, WorkerSlots } from './worker-rows.ts';
