import { sql } from 'kysely';
import { finishLockedCampaignIfDone, lockCampaign } from './campaigns.ts';
import { inTransaction, notifyCampaign, type Session, type TransactionSession } from './database/session.ts';
import { toJsonText, toText } from './database/text.ts';
import { type Decision, decideEnd } from './decide-end.ts';
import type { Campaign, Ended, ExecutionRef, ExecutionResult, Trial } from './rows.ts';
import { slotFreeAt } from './slots.ts';
import { campaignOfTrial, lockTrial } from './trials.ts';

/**
 * Ends an execution and decides what follows for its trial; finishes the campaign when that was the last one.
 * Fenced: what names an older execution, or one that has ended, changes nothing and is kept in its row as `late`.
 * The very same end written twice (the answer to the first was lost) is answered like the first.
 *
 * Locks: campaign, trial, execution, in this order, until commit.
 */
export function endExecution(session: Session, ref: ExecutionRef, result: ExecutionResult): Promise<Ended> {
  return inTransaction(session, async (inside) => {
    const owned = await lockOwned(inside, ref);
    if (owned === undefined) {
      const repeated = await findSameEnd(inside, ref, result);
      if (repeated !== undefined) return repeated;
      await keepAsEvidence(inside, ref, result);
      return { kind: 'stale' };
    }
    return end(inside, owned, ref, result);
  });
}

/**
 * Ends it as lost if its beat counter still stands at `seenBeats`. Locks: as `endExecution`; a beat that comes
 * first moves the counter, one that comes after finds the execution ended.
 */
export function loseExecution(
  session: Session,
  ref: ExecutionRef,
  seenBeats: number,
  why: string,
): Promise<boolean> {
  return inTransaction(session, async (inside) => {
    const owned = await lockOwned(inside, ref);
    if (owned === undefined || owned.beats !== seenBeats) return false;
    await end(inside, owned, ref, { end: 'lost', error: why });
    return true;
  });
}

interface Owned {
  readonly campaign: Campaign;
  readonly trial: Trial;
  readonly beats: number;
}

/** Campaign, trial and execution, locked; undefined when the trial is not running under this very number. */
async function lockOwned(inside: TransactionSession, ref: ExecutionRef): Promise<Owned | undefined> {
  const campaignId = await campaignOfTrial(inside, ref.trialId);
  const campaign = campaignId === undefined ? undefined : await lockCampaign(inside, campaignId);
  const trial = campaign === undefined ? undefined : await lockTrial(inside, ref.trialId);
  if (campaign === undefined || trial?.status !== 'running' || trial.execution !== ref.execution)
    return undefined;
  const row = await inside.db
    .selectFrom('executions')
    .select('beats')
    .where('trial_id', '=', ref.trialId)
    .where('execution', '=', ref.execution)
    .where('end', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : { campaign, trial, beats: row.beats };
}

async function end(
  inside: TransactionSession,
  { campaign, trial }: Owned,
  ref: ExecutionRef,
  result: ExecutionResult,
): Promise<Ended> {
  const decision = decideEnd(campaign, trial, result);
  const columns = columnsOf(result);
  await inside.db
    .updateTable('executions')
    .set({
      ...columns,
      phase: decision.slot === 'held' ? 'removing' : null,
      ended_at: sql<Date>`clock_timestamp()`,
      slot_free_at: slotFreeAt(campaign, decision.slot),
    })
    .where('trial_id', '=', ref.trialId)
    .where('execution', '=', ref.execution)
    .execute();
  await updateTrial(inside, ref, decision);
  if (decision.retryInMs === null) await finishLockedCampaignIfDone(inside, campaign.id);
  await notifyCampaign(inside, campaign.id);
  return {
    kind: 'ended',
    trialStatus: decision.status,
    retryInMs: decision.retryInMs,
    error: decision.error,
  };
}

async function updateTrial(inside: TransactionSession, ref: ExecutionRef, decision: Decision): Promise<void> {
  const { retryInMs } = decision;
  await inside.db
    .updateTable('trials')
    .set({
      status: decision.status,
      outcome: decision.outcome,
      void_cause: decision.voidCause,
      error: decision.error === null ? null : toText(decision.error),
      record: decision.record === null ? null : toJsonText(decision.record),
      failures: decision.failures,
      losses: decision.losses,
      retry_at: retryInMs ? sql<Date>`clock_timestamp() + ${retryInMs} * interval '1 millisecond'` : null,
      ended_at: retryInMs === null ? sql<Date>`clock_timestamp()` : null,
    })
    .where('id', '=', ref.trialId)
    .where('execution', '=', ref.execution)
    .where('status', '=', 'running')
    .execute();
}

function columnsOf(result: ExecutionResult) {
  const record = 'record' in result ? result.record : null;
  return {
    end: result.end,
    outcome: result.end === 'result' ? result.outcome : result.end === 'void' ? ('void' as const) : null,
    void_cause: result.end === 'void' ? result.voidCause : null,
    error: 'error' in result ? toText(result.error) : null,
    record: record === null ? null : toJsonText(record),
  };
}

/** The trial's present state, if this end is what the execution's row already says. */
async function findSameEnd(
  inside: TransactionSession,
  ref: ExecutionRef,
  result: ExecutionResult,
): Promise<Ended | undefined> {
  const columns = columnsOf(result);
  const trial = await lockTrial(inside, ref.trialId);
  if (trial?.execution !== ref.execution || trial.status === 'running') return undefined;
  const same = await sql`
    select from executions
    where trial_id = ${ref.trialId} and execution = ${ref.execution}
      and ("end", outcome, void_cause, error, record) is not distinct from (
        ${columns.end}::text, ${columns.outcome}::text, ${columns.void_cause}::text, ${columns.error}::text,
        ${columns.record}::jsonb
      )`.execute(inside.db);
  if (same.rows.length === 0) return undefined;
  const retryInMs = trial.retryAt === null ? 0 : Math.max(0, trial.retryAt.getTime() - Date.now());
  return {
    kind: 'ended',
    trialStatus: trial.status,
    retryInMs: trial.status === 'pending' ? retryInMs : null,
    error: trial.error,
  };
}

/** Never over what the row or the trial says: beside it. */
async function keepAsEvidence(
  inside: TransactionSession,
  ref: ExecutionRef,
  result: ExecutionResult,
): Promise<void> {
  const brought = toJsonText([{ at: new Date().toISOString(), ...result }]);
  await sql`
    update executions set late = coalesce(late, '[]'::jsonb) || ${brought}::jsonb
    where trial_id = ${ref.trialId}::bigint and execution = ${ref.execution}`.execute(inside.db);
}
