import { sql } from 'kysely';
import type { Session } from './database/session.ts';
import { isId } from './database/session.ts';
import type { Execution, ExecutionRef } from './rows.ts';
import { REMOVAL_ALLOWANCE_MS } from './slots.ts';

/**
 * One statement for a worker's whole beat. Only its own live executions are raised; a number that was taken from
 * it is missing in `owned`. `cancelled` is the part of `owned` whose campaign was cancelled.
 *
 * Locks: the rows of the executions, in order, for the statement; then the worker's row.
 */
export async function beat(
  session: Session,
  workerId: string,
  executions: readonly ExecutionRef[],
): Promise<{ owned: ExecutionRef[]; cancelled: ExecutionRef[] }> {
  const raised = await sql<ExecutionRef & { cancelled: boolean }>`
    with mine as (
      select trial_id, execution from executions
      where (trial_id, execution) in (
          select * from unnest(
            ${executions.map((ref) => ref.trialId)}::bigint[], ${executions.map((ref) => ref.execution)}::integer[]
          )
        )
        and worker_id = ${workerId} and "end" is null
      order by trial_id
      for no key update
    ), raised as (
      update executions set beats = beats + 1
      from mine
      where executions.trial_id = mine.trial_id and executions.execution = mine.execution
      returning executions.trial_id, executions.execution, executions.campaign_id
    ), alive as (
      update workers set last_beat_at = clock_timestamp() where id = ${workerId}
    )
    select raised.trial_id as "trialId", raised.execution, campaigns.status = 'cancelled' as cancelled
    from raised join campaigns on campaigns.id = raised.campaign_id`.execute(session.db);
  const refOf = ({ trialId, execution }: ExecutionRef): ExecutionRef => ({ trialId, execution });
  return {
    owned: raised.rows.map(refOf),
    cancelled: raised.rows.filter((row) => row.cancelled).map(refOf),
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

/**
 * From now the slot rests for `restMs`, at most the campaign's cooldown. Without effect for an execution whose
 * end holds no slot (given back, lost, cancelled) or that has not ended. Locks: the execution's row.
 */
export async function restSlot(session: Session, ref: ExecutionRef, restMs: number): Promise<void> {
  await sql`
    update executions
    set slot_free_at = clock_timestamp()
      + least(${restMs}::double precision, campaigns.cooldown_seconds * 1000 + ${REMOVAL_ALLOWANCE_MS})
      * interval '1 millisecond'
    from campaigns
    where campaigns.id = executions.campaign_id
      and trial_id = ${ref.trialId} and execution = ${ref.execution} and slot_free_at is not null`.execute(
    session.db,
  );
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
