import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Workers publish the names of operators that only their settings have. */
export const migration0005: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `alter table published drop constraint published_kind_check`,
  `alter table published add constraint published_kind_check check (kind in ('subject', 'fault', 'operator'))`,
] as const;
