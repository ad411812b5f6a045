import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The tables of the first release. Unqualified names: every connection's search_path leads to our schema.
 * The words in the checks are copied, not imported: a migration never changes, the words may grow.
 */
export const migration0001: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `create table campaigns (
    id bigint generated always as identity primary key,
    name text not null check (name <> ''),
    status text not null default 'pending'
      check (status in ('pending', 'running', 'paused', 'finished', 'cancelled')),
    seed bigint not null,
    parallel integer not null check (parallel >= 1),
    cooldown_seconds integer not null check (cooldown_seconds >= 0),
    attempts integer not null check (attempts >= 1),
    backoff_seconds double precision not null check (backoff_seconds >= 0),
    operator text not null,
    config jsonb not null,
    source text not null,
    trial_count integer not null default 0,
    needs text[] not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    check ((status in ('finished', 'cancelled')) = (finished_at is not null))
  )`,
  `create index campaigns_active on campaigns (id) where status in ('pending', 'running', 'paused')`,

  `create table trials (
    id bigint generated always as identity primary key,
    campaign_id bigint not null references campaigns on delete cascade,
    position integer not null check (position >= 0),
    key text not null,
    cell text not null,
    subject text not null,
    chaos_type text not null,
    chaos_params jsonb not null,
    target text not null,
    duration_seconds double precision,
    trial_index integer not null,
    baseline boolean not null,
    arm text not null,
    runtime text not null check (runtime in ('process', 'docker')),
    goal text not null check (goal in ('serving', 'whole')),
    timing jsonb not null,
    status text not null default 'pending'
      check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
    outcome text
      check (outcome in ('resolved', 'unaffected', 'unresolved', 'void', 'quiet', 'false_alarm')),
    void_cause text check (void_cause in ('never_steady', 'fault_not_active', 'instance_lost')),
    execution integer not null default 0 check (execution >= 0),
    generation integer not null default 0,
    failures integer not null default 0,
    losses integer not null default 0,
    retry_at timestamptz,
    error text,
    record jsonb,
    ended_at timestamptz,
    unique (campaign_id, key),
    unique (campaign_id, position),
    check ((outcome is not distinct from 'void') = (void_cause is not null)),
    check (outcome is null or status in ('completed', 'failed')),
    check (status <> 'completed' or (outcome is not null and outcome <> 'void' and record is not null)),
    check ((status in ('completed', 'failed', 'cancelled')) = (ended_at is not null)),
    check (status <> 'running' or execution > 0)
  )`,
  // Is anything left to do; how many of each status; the pending ones of a campaign.
  `create index trials_by_status on trials (campaign_id, status)`,

  `create table executions (
    trial_id bigint not null references trials on delete cascade,
    execution integer not null check (execution > 0),
    campaign_id bigint not null,
    worker_id text not null,
    place text not null,
    beats integer not null default 0,
    "end" text check ("end" in ('result', 'void', 'error', 'lost', 'given_back', 'cancelled')),
    outcome text
      check (outcome in ('resolved', 'unaffected', 'unresolved', 'void', 'quiet', 'false_alarm')),
    void_cause text check (void_cause in ('never_steady', 'fault_not_active', 'instance_lost')),
    error text,
    record jsonb,
    late jsonb check (jsonb_typeof(late) = 'array'),
    slot_free_at timestamptz,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    primary key (trial_id, execution),
    check (("end" is null) = (ended_at is null)),
    check (("end" is not distinct from 'void') = (void_cause is not null)),
    check ((outcome is not distinct from 'void') = (void_cause is not null)),
    check ("end" is distinct from 'result' or (outcome is not null and record is not null))
  )`,
  // One live execution a trial, whatever the code does; and the list that every worker looks at each second.
  `create unique index executions_live on executions (trial_id) where "end" is null`,
  `create index executions_live_by_campaign on executions (campaign_id) where "end" is null`,
  `create index executions_resting on executions (campaign_id, slot_free_at) where slot_free_at is not null`,

  `create table injections (
    id text primary key,
    trial_id bigint not null,
    execution integer not null,
    place text not null,
    plan jsonb not null,
    state text not null default 'planned'
      check (state in ('planned', 'applied', 'active', 'undone', 'gone', 'unproven')),
    evidence jsonb not null default '{}' check (jsonb_typeof(evidence) = 'object'),
    planned_at timestamptz not null default clock_timestamp(),
    applied_at timestamptz,
    active_at timestamptz,
    undone_at timestamptz,
    verified_at timestamptz,
    foreign key (trial_id, execution) references executions on delete cascade,
    check ((state in ('gone', 'unproven')) = (verified_at is not null))
  )`,
  `create index injections_by_trial on injections (trial_id, execution)`,
  `create index injections_open on injections (place) where state not in ('gone', 'unproven')`,

  `create table events (
    id bigint generated always as identity primary key,
    trial_id bigint not null references trials on delete cascade,
    execution integer not null,
    since_zero_ms double precision,
    at timestamptz not null,
    kind text not null,
    data jsonb not null
  )`,
  `create index events_by_trial on events (trial_id, execution, id)`,

  `create table workers (
    id text primary key,
    place text not null,
    pid integer not null,
    capabilities text[] not null,
    slots integer not null check (slots >= 0),
    started_at timestamptz not null default clock_timestamp(),
    last_beat_at timestamptz not null default clock_timestamp(),
    retired_at timestamptz
  )`,
  `create index workers_by_beat on workers (last_beat_at) where retired_at is null`,
] as const;
