import { sql } from 'kysely';
import { runAlone } from './database/pipeline.ts';
import { isId, type Session } from './database/session.ts';
import { toJsonText } from './database/text.ts';
import type { TrialEvent } from './rows.ts';

/** Adds lines to timelines, each list in its order, in one statement. Locks: none that anybody waits for. */
export async function appendEvents(
  session: Session,
  timelines: readonly (readonly TrialEvent[])[],
): Promise<void> {
  const events = timelines.flat();
  if (events.length > 0) {
    const query = sql`
      insert into events (trial_id, execution, since_zero_ms, at, kind, data)
      select "trialId", "execution", "sinceZeroMs", "at", "kind", "data"
      from json_to_recordset(${toJsonText(events)}::json) as event (
        "trialId" bigint, "execution" integer, "sinceZeroMs" double precision, "at" timestamptz, "kind" text,
        "data" jsonb
      )`;
    await runAlone(session, query.compile(session.db));
  }
}

/** By execution, then in the order in which they were added. Locks: none. */
export async function listEvents(session: Session, trialId: string): Promise<TrialEvent[]> {
  if (!isId(trialId)) return [];
  return session.db
    .selectFrom('events')
    .select(['trial_id as trialId', 'execution', 'since_zero_ms as sinceZeroMs', 'at', 'kind', 'data'])
    .where('trial_id', '=', trialId)
    .orderBy('execution')
    .orderBy('id')
    .execute();
}
