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
  Trial,
  TrialEvent,
  TrialRecord,
  TrialTiming,
  WorkerRow,
} from './rows.ts';
export type { Store } from './store.ts';
