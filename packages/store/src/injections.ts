import type { InjectionState } from '@ordeal/core';
import { sql } from 'kysely';
import { isId, type Session } from './database/session.ts';
import { toJsonText } from './database/text.ts';
import type { ExecutionRef, Injection } from './rows.ts';

/** An injection only moves on: a late writer cannot reopen what was proven gone. */
const ORDER: readonly InjectionState[] = ['planned', 'applied', 'active', 'undone', 'unproven', 'gone'];
const CLOSED: readonly InjectionState[] = ['gone', 'unproven'];

/**
 * The ledger's row, under the name that the plan gives it. Committed when this resolves. False when the execution
 * is not the live one. Planning the same again (the answer was lost) is true again.
 *
 * Locks: shares the trial's row, so that the execution cannot end between the check and the insert.
 */
export async function planInjection(
  session: Session,
  ref: ExecutionRef,
  place: string,
  plan: Injection['plan'],
): Promise<boolean> {
  const planned = await sql`
    with live as (
      select id from trials
      where id = ${ref.trialId} and execution = ${ref.execution} and status = 'running'
      for share
    )
    insert into injections (id, trial_id, execution, place, plan)
    select ${plan.injection}, live.id, ${ref.execution}, ${place}, ${toJsonText(plan)}::jsonb from live
    on conflict (id) do update set place = excluded.place
      where injections.trial_id = excluded.trial_id
        and injections.execution = excluded.execution
        and injections.plan = excluded.plan
        and injections.state = 'planned'
    returning id`.execute(session.db);
  return planned.rows.length === 1;
}

/**
 * Moves an injection on; does nothing when it is further already. Evidence is kept per state:
 * `{ active: ..., gone: ... }`. Not fenced: the fault is what it is, whoever undid it. Locks: the injection's row.
 */
export async function advanceInjection(
  session: Session,
  id: string,
  state: InjectionState,
  evidence: Injection['evidence'],
): Promise<void> {
  const now = sql<Date>`clock_timestamp()`;
  const added = evidence === null ? '{}' : toJsonText({ [state]: evidence });
  await session.db
    .updateTable('injections')
    .set((row) => ({
      state,
      evidence: sql<string>`${row.ref('evidence')} || ${added}::jsonb`,
      ...(state === 'applied' ? { applied_at: now } : {}),
      ...(state === 'active' ? { active_at: now } : {}),
      ...(state === 'undone' ? { undone_at: now } : {}),
      ...(CLOSED.includes(state) ? { verified_at: now } : {}),
    }))
    .where('id', '=', id)
    .where('state', 'in', ORDER.slice(0, ORDER.indexOf(state) + 1))
    .execute();
}

/** Neither proven gone nor given up with the instance, oldest first. Locks: none. */
export async function openInjections(session: Session, place?: string): Promise<Injection[]> {
  let query = selectInjections(session).where('state', 'not in', CLOSED).orderBy('planned_at');
  if (place !== undefined) query = query.where('place', '=', place);
  return query.execute();
}

/** Oldest first. Locks: none. */
export async function listInjections(session: Session, trialId: string): Promise<Injection[]> {
  if (!isId(trialId)) return [];
  return selectInjections(session).where('trial_id', '=', trialId).orderBy('planned_at').execute();
}

function selectInjections(session: Session) {
  return session.db
    .selectFrom('injections')
    .select([
      'id',
      'trial_id as trialId',
      'execution',
      'place',
      'plan',
      'state',
      'evidence',
      'planned_at as plannedAt',
      'verified_at as verifiedAt',
    ]);
}
