import type {
  CampaignStatus,
  ExecutionEnd,
  FaultPlan,
  Goal,
  InjectionState,
  Json,
  JsonObject,
  Outcome,
  Phase,
  RuntimeName,
  TrialStatus,
  VoidCause,
} from '@ordeal/core';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { StoredEvent } from '../events.ts';
import type { TrialRecord, TrialTiming } from '../rows.ts';

/** The tables as the newest migration leaves them. `bigint` columns are read as decimal strings. */
export interface Tables {
  campaigns: CampaignsTable;
  trials: TrialsTable;
  executions: ExecutionsTable;
  injections: InjectionsTable;
  workers: WorkersTable;
  published: PublishedTable;
}

/** Jsonb: parsed when read, text when written (see `toJsonText`). */
type Jsonb<T extends object> = JSONColumnType<T, string, string>;
type NullableJsonb<T> = ColumnType<T | null, string | null, string | null>;

interface CampaignsTable {
  id: Generated<string>;
  name: string;
  status: Generated<CampaignStatus>;
  seed: ColumnType<string, number, never>;
  parallel: number;
  cooldown_seconds: number;
  attempts: number;
  backoff_seconds: number;
  operator: string;
  config: Jsonb<JsonObject>;
  source: string;
  trial_count: Generated<number>;
  needs: Generated<string[]>;
  created_at: Generated<Date>;
  finished_at: Date | null;
  paused_at: ColumnType<Date | null, never, Date | null>;
  paused_by: ColumnType<string | null, never, string | null>;
  pause_aborts: Generated<boolean>;
  queue_checked_at: Generated<Date>;
}

interface TrialsTable {
  id: Generated<string>;
  campaign_id: string;
  position: number;
  key: string;
  cell: string;
  subject: string;
  chaos_type: string;
  chaos_params: Jsonb<JsonObject>;
  target: string;
  duration_seconds: number | null;
  trial_index: number;
  baseline: boolean;
  arm: string;
  runtime: RuntimeName;
  goal: Goal;
  timing: Jsonb<TrialTiming>;
  status: Generated<TrialStatus>;
  outcome: Outcome | null;
  void_cause: VoidCause | null;
  execution: Generated<number>;
  generation: Generated<number>;
  failures: Generated<number>;
  losses: Generated<number>;
  retry_at: Date | null;
  error: string | null;
  record: NullableJsonb<TrialRecord>;
  ended_at: Date | null;
}

interface ExecutionsTable {
  trial_id: string;
  execution: number;
  campaign_id: string;
  worker_id: string;
  place: string;
  beats: Generated<number>;
  beaten_at: ColumnType<Date | null, never, Date | null>;
  phase: Phase | null;
  phase_at: Date | null;
  end: ExecutionEnd | null;
  outcome: Outcome | null;
  void_cause: VoidCause | null;
  error: string | null;
  record: NullableJsonb<TrialRecord>;
  late: NullableJsonb<Json[]>;
  timeline: NullableJsonb<StoredEvent[]>;
  slot_free_at: Date | null;
  started_at: Generated<Date>;
  ended_at: Date | null;
}

interface InjectionsTable {
  id: string;
  trial_id: string;
  execution: number;
  place: string;
  plan: Jsonb<FaultPlan>;
  state: Generated<InjectionState>;
  evidence: Jsonb<JsonObject>;
  planned_at: Generated<Date>;
  applied_at: Date | null;
  active_at: Date | null;
  undone_at: Date | null;
  verified_at: Date | null;
}

interface WorkersTable {
  id: string;
  place: string;
  pid: number;
  capabilities: string[];
  cannot: JSONColumnType<Record<string, string>, string | undefined, string>;
  slots: number;
  started_at: Generated<Date>;
  last_beat_at: Generated<Date>;
  retired_at: Date | null;
}

interface PublishedTable {
  kind: 'subject' | 'fault' | 'operator';
  name: string;
  entry: Jsonb<JsonObject>;
  published_at: Generated<Date>;
}
