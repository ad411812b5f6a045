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
export { type EmbeddedStatus, embeddedStatus, startEmbedded, stopEmbedded } from './embedded/server.ts';
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
  Trial,
  TrialEvent,
  TrialRecord,
  TrialTiming,
  WorkerRow,
} from './rows.ts';
export type { Store } from './store.ts';
