import { sql } from 'kysely';
import type { Session } from './database/session.ts';

/** A check counts a campaign's trials, about 0.7 s for a million: a huge campaign is checked less often. */
const TRIALS_PER_MS = 20;

/**
 * The open campaigns whose queue has not been checked against Postgres for `everyMs`; from now on it counts as
 * checked. So each check is made once, however many workers there are. A new campaign counts as just checked:
 * whoever enqueues it is still filling its queue. A cancelled one comes once more after its end, for whoever
 * cancelled it may have died half way.
 *
 * Locks: none that it waits for; a campaign that is locked just now comes next time.
 */
export async function takeQueueChecks(session: Session, everyMs: number): Promise<string[]> {
  const taken = await sql<{ id: string }>`
    with due as (
      select id from campaigns
      where status in ('pending', 'running', 'paused')
        and (
          queue_checked_at < clock_timestamp()
            - greatest(${everyMs}::double precision, trial_count / ${TRIALS_PER_MS}::double precision)
              * interval '1 millisecond'
          -- Written before the clock was set back.
          or queue_checked_at > clock_timestamp() + interval '1 minute'
        )
        or status = 'cancelled' and queue_checked_at = '-infinity'
          and finished_at < clock_timestamp() - ${everyMs} * interval '1 millisecond'
      order by id
      for no key update skip locked
    )
    update campaigns set queue_checked_at = clock_timestamp()
    from due where campaigns.id = due.id
    returning campaigns.id`.execute(session.db);
  return taken.rows.map(({ id }) => id);
}
