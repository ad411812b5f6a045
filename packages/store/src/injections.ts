import type { InjectionState } from '@ordeal/core';
import { sql } from 'kysely';
import { runAlone } from './database/pipeline.ts';
import { isId, type Session } from './database/session.ts';
import { toJsonText } from './database/text.ts';
import type { ExecutionRef, Injection } from './rows.ts';

/** An injection only moves on: a late writer cannot reopen what was proven gone. */
const ORDER: readonly InjectionState[] = ['planned', 'applied', 'active', 'undone', 'unproven', 'gone'];
const CLOSED: readonly InjectionState[] = ['gone', 'unproven'];

export interface PlannedInjection {
  readonly ref: ExecutionRef;
  readonly place: string;
  readonly plan: Injection['plan'];
}

/**
 * The ledger's rows, under the names that the plans give them. Committed when this resolves. False for an execution
 * that is not the live one. Planning the same again (the answer was lost) is true again.
 *
 * Locks: shares the trials' rows, so that no execution can end between the check and the insert.
 */
export async function planInjections(
  session: Session,
  planned: readonly PlannedInjection[],
): Promise<boolean[]> {
  const rows = planned.map(({ ref, place, plan }) => ({ ...ref, place, id: plan.injection, plan }));
  const query = sql<{ id: string }>`
    with planned as (
      select * from json_to_recordset(${toJsonText(rows)}::json) as (
        "trialId" bigint, "execution" integer, "place" text, "id" text, "plan" jsonb
      )
    ), live as (
      select planned.* from trials join planned on trials.id = "trialId" and trials.execution = planned.execution
      where trials.id = any(${planned.map(({ ref }) => ref.trialId)}::bigint[]) and status = 'running'
      order by trials.id
      for share of trials
    )
    insert into injections (id, trial_id, execution, place, plan)
    select id, "trialId", execution, place, plan from live
    on conflict (id) do update set place = excluded.place
      where injections.trial_id = excluded.trial_id
        and injections.execution = excluded.execution
        and injections.plan = excluded.plan
        and injections.state = 'planned'
    returning id`;
  const written = await runAlone(session, query.compile(session.db));
  const ids = new Set(written.map(({ id }) => id));
  return planned.map(({ plan }) => ids.has(plan.injection));
}

export interface AdvancedInjection {
  readonly id: string;
  readonly state: InjectionState;
  readonly evidence: Injection['evidence'];
}

/**
 * Moves injections on; one that is further already stays. Evidence is kept per state: `{ active: ..., gone: ... }`.
 * Not fenced: the fault is what it is, whoever undid it. Locks: the injections' rows, in order of id.
 */
export async function advanceInjections(
  session: Session,
  moves: readonly AdvancedInjection[],
): Promise<void> {
  // One statement moves a row once: what comes twice, comes in a statement after.
  const first = new Map<string, AdvancedInjection>();
  const later = moves.filter((move) => first.has(move.id) || !first.set(move.id, move));
  await advanceEachOnce(session, [...first.values()]);
  if (later.length > 0) await advanceInjections(session, later);
}

async function advanceEachOnce(session: Session, moves: readonly AdvancedInjection[]): Promise<void> {
  const rows = moves.map(({ id, state, evidence }) => ({
    id,
    state,
    evidence: evidence === null ? {} : { [state]: evidence },
    isClosed: CLOSED.includes(state),
  }));
  const query = sql`
    with moved as (
      select injections.id, move.state, move.evidence, "isClosed"
      from injections join json_to_recordset(${toJsonText(rows)}::json) as move (
        "id" text, "state" text, "evidence" jsonb, "isClosed" boolean
      ) using (id)
      where injections.id = any(${moves.map(({ id }) => id)}::text[])
        and array_position(${ORDER}::text[], injections.state) <= array_position(${ORDER}::text[], move.state)
      order by injections.id
      for no key update of injections
    )
    update injections set
      state = moved.state,
      -- What was seen first stays: a probe says more than whoever tidies up behind it.
      evidence = moved.evidence || injections.evidence,
      applied_at = case moved.state when 'applied' then clock_timestamp() else applied_at end,
      active_at = case moved.state when 'active' then clock_timestamp() else active_at end,
      undone_at = case moved.state when 'undone' then clock_timestamp() else undone_at end,
      verified_at = case when "isClosed" then clock_timestamp() else verified_at end
    from moved
    where injections.id = any(${moves.map(({ id }) => id)}::text[]) and injections.id = moved.id`;
  await runAlone(session, query.compile(session.db));
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
