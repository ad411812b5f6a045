import { sql } from 'kysely';
import type { Session } from './database/session.ts';

/** Without the tables it names none of ours. */
export const DATABASE_ID_QUERY = `
select concat_ws('/', system_identifier, (select oid from pg_database where datname = current_database()), to_regclass('campaigns')::oid) as id
from pg_control_system()`;

/** Tells this Ordeal's tables from any other's, by whatever address they are reached. Locks: none. */
export async function databaseId({ db }: Session): Promise<string> {
  const { rows } = await sql.raw<{ id: string }>(DATABASE_ID_QUERY).execute(db);
  return rows[0]?.id ?? '';
}
