import { sql } from 'kysely';
import { runAlone } from './database/pipeline.ts';
import type { Session } from './database/session.ts';
import { isId } from './database/session.ts';
import type { BeatAnswer, BeatingExecution, Execution, ExecutionRef } from './rows.ts';
import { REMOVAL_ALLOWANCE_MS } from './slots.ts';

/**
 * One statement for a worker's whole beat. Only its own live executions are raised; a number that was taken from
 * it is missing in `owned`. The phases of the executions travel with it, so that they cost no commit of their own.
 *
 * Locks: the rows of the executions, in order, for the statement; then the worker's row.
 */
export async function beat(
  session: Session,
  workerId: string,
  executions: readonly BeatingExecution[],
): Promise<BeatAnswer> {
  const raised = await sql<ExecutionRef & { cancelled: boolean; paused: boolean }>`
    with beating as (
      select * from unnest(
        ${executions.map((ref) => ref.trialId)}::bigint[], ${executions.map((ref) => ref.execution)}::integer[],
        ${executions.map((ref) => ref.phase ?? null)}::text[],
        ${executions.map((ref) => ref.phaseMs ?? 0)}::double precision[]
      ) as beating (trial_id, execution, phase, phase_ms)
    ), mine as (
      select executions.trial_id, executions.execution, beating.phase, beating.phase_ms
      from executions join beating using (trial_id, execution)
      where worker_id = ${workerId} and "end" is null
      order by executions.trial_id
      for no key update of executions
    ), raised as (
      update executions set
        beats = beats + 1,
        beaten_at = clock_timestamp(),
        phase = coalesce(mine.phase, executions.phase),
        phase_at = case
          when mine.phase is distinct from executions.phase and mine.phase is not null
          then clock_timestamp() - mine.phase_ms * interval '1 millisecond'
          else executions.phase_at
        end
      from mine
      where executions.trial_id = mine.trial_id and executions.execution = mine.execution
      returning executions.trial_id, executions.execution, executions.campaign_id
    ), alive as (
      update workers set last_beat_at = clock_timestamp() where id = ${workerId}
    )
    select
      raised.trial_id as "trialId", raised.execution, campaigns.status = 'cancelled' as cancelled,
      campaigns.pause_aborts as paused
    from raised join campaigns on campaigns.id = raised.campaign_id
    order by raised.trial_id, raised.execution`.execute(session.db);
  const refs = (rows: readonly ExecutionRef[]): ExecutionRef[] =>
    rows.map(({ trialId, execution }) => ({ trialId, execution }));
  return {
    owned: refs(raised.rows),
    cancelled: refs(raised.rows.filter((row) => row.cancelled)),
    paused: refs(raised.rows.filter((row) => row.paused)),
  };
}

/** Locks: none. Cost: reads only live rows, from an index that holds nothing else. */
export async function liveExecutions(
  session: Session,
): Promise<(ExecutionRef & { campaignId: string; workerId: string; place: string; beats: number })[]> {
  return session.db
    .selectFrom('executions')
    .select([
      'trial_id as trialId',
      'execution',
      'campaign_id as campaignId',
      'worker_id as workerId',
      'place',
      'beats',
    ])
    .where('end', 'is', null)
    .orderBy('trial_id')
    .execute();
}

export interface SlotRest {
  readonly ref: ExecutionRef;
  readonly restMs: number;
}

/**
 * From now each slot rests for `restMs`, at most the campaign's cooldown. Without effect for an execution whose
 * end holds no slot (given back, lost, cancelled) or that has not ended. Locks: the executions' rows, which nobody
 * else wants any more.
 */
export async function restSlots(session: Session, rests: readonly SlotRest[]): Promise<void> {
  const query = sql`
    update executions
    set phase = null, slot_free_at = clock_timestamp()
      + least(rest_ms, campaigns.cooldown_seconds * 1000 + ${REMOVAL_ALLOWANCE_MS}::double precision)
      * interval '1 millisecond'
    from campaigns, unnest(
      ${rests.map(({ ref }) => ref.trialId)}::bigint[], ${rests.map(({ ref }) => ref.execution)}::integer[],
      ${rests.map(({ restMs }) => restMs)}::double precision[]
    ) as rest (trial_id, execution, rest_ms)
    where executions.trial_id = any(${rests.map(({ ref }) => ref.trialId)}::bigint[])
      and executions.trial_id = rest.trial_id and executions.execution = rest.execution
      and campaigns.id = executions.campaign_id and slot_free_at is not null`;
  await runAlone(session, query.compile(session.db));
}

/** All runs of a trial, the first one first. Locks: none. */
export async function listExecutions(session: Session, trialId: string): Promise<Execution[]> {
  if (!isId(trialId)) return [];
  return session.db
    .selectFrom('executions')
    .select([
      'trial_id as trialId',
      'execution',
      'worker_id as workerId',
      'place',
      'beats',
      'end',
      'outcome',
      'void_cause as voidCause',
      'error',
      'record',
      'late',
      'started_at as startedAt',
      'ended_at as endedAt',
    ])
    .where('trial_id', '=', trialId)
    .orderBy('execution')
    .execute();
}
