import { sql } from 'kysely';
import type { Session } from './database/session.ts';
import { toJsonText } from './database/text.ts';
import type { PublishedEntry } from './worker-rows.ts';

/** Adds entries, or replaces what was published under their names before. Locks: their rows, for one statement. */
export async function publishEntries(session: Session, entries: readonly PublishedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await session.db
    .insertInto('published')
    .values(entries.map(({ kind, name, entry }) => ({ kind, name, entry: toJsonText(entry) })))
    .onConflict((conflict) =>
      conflict.columns(['kind', 'name']).doUpdateSet((row) => ({
        entry: row.ref('excluded.entry'),
        published_at: sql<Date>`clock_timestamp()`,
      })),
    )
    .execute();
}

/** Whatever any worker ever published, by kind and name. Locks: none. */
export async function listPublished(session: Session): Promise<PublishedEntry[]> {
  return session.db
    .selectFrom('published')
    .select(['kind', 'name', 'entry'])
    .orderBy('kind')
    .orderBy('name')
    .execute();
}
