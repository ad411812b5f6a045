import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Control from anywhere: who paused a campaign, where its executions are, and when its queue was last looked at. */
export const migration0002: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `alter table campaigns
    add column paused_at timestamptz,
    add column paused_by text,
    add column pause_aborts boolean not null default false,
    add column queue_checked_at timestamptz not null default clock_timestamp()`,
  `update campaigns set paused_at = clock_timestamp(), paused_by = 'unknown' where status = 'paused'`,
  `alter table campaigns
    add check ((status = 'paused') = (paused_at is not null)),
    add check ((paused_at is null) = (paused_by is null)),
    add check (paused_at is not null or not pause_aborts)`,

  `alter table executions
    add column phase text
      check (phase in ('starting', 'settling', 'injecting', 'under_fault', 'undoing', 'recovering', 'removing')),
    add column phase_at timestamptz,
    add column beaten_at timestamptz`,
  // What was lost lately, and what waits for its backoff: few rows of a campaign that may have a million.
  `create index executions_lost on executions (campaign_id, ended_at) where "end" = 'lost'`,
  `create index trials_in_backoff on trials (campaign_id, retry_at) where retry_at is not null`,
] as const;
