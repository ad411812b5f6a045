import { sql } from 'kysely';
import type { Session } from './database/session.ts';

/** Tells this Ordeal's tables from any other's, by whatever address they are reached. Locks: none. */
export async function databaseId({ db }: Session): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select concat_ws('/', system_identifier, (select oid from pg_database where datname = current_database()), 'campaigns'::regclass::oid) as id
    from pg_control_system()`.execute(db);
  return rows[0]?.id ?? '';
}
