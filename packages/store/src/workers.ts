import { sql } from 'kysely';
import type { Session } from './database/session.ts';
import { toJsonText } from './database/text.ts';
import type { NewWorker, WorkerRow } from './worker-rows.ts';

/** A worker that starts, or publishes anew what it can run. Locks: the worker's row. */
export async function registerWorker(session: Session, worker: NewWorker): Promise<void> {
  const said = {
    place: worker.place,
    pid: worker.pid,
    capabilities: [...worker.capabilities],
    cannot: toJsonText(worker.cannot),
    slots: worker.slots,
    retired_at: null,
  };
  await session.db
    .insertInto('workers')
    .values({ id: worker.id, ...said })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ ...said, last_beat_at: sql<Date>`clock_timestamp()` }),
    )
    .execute();
}

/** A worker that stops. Its row stays: executions name it. Locks: the worker's row. */
export async function retireWorker(session: Session, id: string): Promise<void> {
  await session.db
    .updateTable('workers')
    .set({ retired_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .execute();
}

/**
 * Those that have beaten lately, by the database's clock; a beat that lies ahead of it was made before it was set back,
 * and says nothing. Locks: none.
 */
export async function liveWorkers(session: Session, withinMs: number): Promise<WorkerRow[]> {
  return session.db
    .selectFrom('workers')
    .select([
      'id',
      'place',
      'pid',
      'capabilities',
      'cannot',
      'slots',
      'started_at as startedAt',
      'last_beat_at as lastBeatAt',
      sql<number>`extract(epoch from clock_timestamp() - last_beat_at)::double precision * 1000`.as(
        'silentMs',
      ),
    ])
    .where('retired_at', 'is', null)
    .where(
      sql<boolean>`abs(extract(epoch from clock_timestamp() - last_beat_at)) * 1000 < ${withinMs}::double precision`,
    )
    .orderBy('started_at')
    .execute();
}
