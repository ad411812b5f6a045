import { sql } from 'kysely';
import { isId, type Session } from './database/session.ts';
import { toJsonText } from './database/text.ts';
import type { TrialEvent } from './rows.ts';

/** Adds lines to timelines, in their order. Locks: none that anybody waits for. */
export function addingEvents({ db }: Session, events: readonly TrialEvent[]) {
  return sql`
    insert into events (trial_id, execution, since_zero_ms, at, kind, data)
    select "trialId", "execution", "sinceZeroMs", "at", "kind", "data"
    from json_to_recordset(${toJsonText(events)}::json) as event (
      "trialId" bigint, "execution" integer, "sinceZeroMs" double precision, "at" timestamptz, "kind" text,
      "data" jsonb
    )`.compile(db);
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
