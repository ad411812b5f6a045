import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Workers say why they cannot run something, and publish subjects and faults that only they have the code for. */
export const migration0003: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `alter table workers
    add column cannot jsonb not null default '{}' check (jsonb_typeof(cannot) = 'object')`,
  `create table published (
    kind text not null check (kind in ('subject', 'fault')),
    name text not null,
    entry jsonb not null check (jsonb_typeof(entry) = 'object'),
    published_at timestamptz not null default clock_timestamp(),
    primary key (kind, name)
  )`,
] as const;
