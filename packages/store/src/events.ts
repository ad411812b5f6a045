import { isId, type Session } from './database/session.ts';
import type { TrialEvent } from './rows.ts';

/** A line of a timeline in the row of its execution. `at`: ISO 8601. */
export interface StoredEvent extends Omit<TrialEvent, 'trialId' | 'execution' | 'at'> {
  readonly at: string;
}

export function toStored(timeline: readonly TrialEvent[]): StoredEvent[] {
  return timeline.map(({ sinceZeroMs, at, kind, data }) => ({
    sinceZeroMs,
    at: at.toISOString(),
    kind,
    data,
  }));
}

/** By execution, then in the order in which they were told. Locks: none. */
export async function listEvents(session: Session, trialId: string): Promise<TrialEvent[]> {
  if (!isId(trialId)) return [];
  const rows = await session.db
    .selectFrom('executions')
    .select(['trial_id as trialId', 'execution', 'timeline'])
    .where('trial_id', '=', trialId)
    .orderBy('execution')
    .execute();
  return rows.flatMap(({ timeline, ...ref }) =>
    (timeline ?? []).map((event) => ({ ...ref, ...event, at: new Date(event.at) })),
  );
}
