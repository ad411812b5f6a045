import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * A timeline is written once, with the end of its execution: it goes into that row. As rows of their own its dozen lines
 * cost more than all the rest of a trial, two thirds of it for indexes and foreign keys.
 */
export const migration0004: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // Half a million timelines take minutes, and want the table read from one end to the other.
  `set local statement_timeout = 0`,
  `set local enable_seqscan = on`,
  `alter table executions add column timeline jsonb`,
  `update executions set timeline = told.timeline
    from (
      select
        trial_id, execution,
        jsonb_agg(
          jsonb_build_object('sinceZeroMs', since_zero_ms, 'at', at, 'kind', kind, 'data', data) order by id
        ) as timeline
      from events group by trial_id, execution
    ) as told
    where executions.trial_id = told.trial_id and executions.execution = told.execution`,
  `drop table events`,
] as const;
