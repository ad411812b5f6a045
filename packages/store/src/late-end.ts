import { sql } from 'kysely';
import { lockCampaign } from './campaigns.ts';
import { inTransaction, type Session, type TransactionSession } from './database/session.ts';
import { toJsonText, toText } from './database/text.ts';
import { endColumns } from './end-columns.ts';
import { toStored } from './events.ts';
import type { Ended, ExecutionRef, ExecutionResult, TrialEvent } from './rows.ts';
import { campaignOfTrial, lockTrial } from './trials.ts';

/**
 * Answers the end of an execution that is not the live one of its trial. The very same end written twice (the answer
 * to the first was lost) is answered like the first; anything else changes nothing and is kept in its row as `late`,
 * its timeline with the others.
 *
 * Locks: campaign, trial, execution, in this order, until commit.
 */
export function answerLateEnd(
  session: Session,
  ref: ExecutionRef,
  result: ExecutionResult,
  timeline: readonly TrialEvent[],
): Promise<Ended> {
  return inTransaction(session, async (inside) => {
    const campaignId = await campaignOfTrial(inside, ref.trialId);
    if (campaignId === undefined) return { kind: 'stale' };
    await lockCampaign(inside, campaignId);
    const repeated = await findSameEnd(inside, ref, result);
    if (repeated !== undefined) return repeated;
    await keepAsEvidence(inside, ref, result, timeline);
    return { kind: 'stale' };
  });
}

/** The trial's present state, if this end is what the execution's row already says. */
async function findSameEnd(
  inside: TransactionSession,
  ref: ExecutionRef,
  result: ExecutionResult,
): Promise<Ended | undefined> {
  const { end, outcome, voidCause, error, record } = endColumns(result);
  const trial = await lockTrial(inside, ref.trialId);
  if (trial?.execution !== ref.execution || trial.status === 'running') return undefined;
  const same = await sql`
    select from executions
    where trial_id = ${ref.trialId} and execution = ${ref.execution}
      and ("end", outcome, void_cause, error, record) is not distinct from (
        ${end}::text, ${outcome}::text, ${voidCause}::text, ${error === null ? null : toText(error)}::text,
        ${record === null ? null : toJsonText(record)}::jsonb
      )`.execute(inside.db);
  if (same.rows.length === 0) return undefined;
  return {
    kind: 'ended',
    trialStatus: trial.status,
    retryInMs: trial.status === 'pending' ? Math.max(0, trial.backoffMs) : null,
    error: trial.error,
  };
}

/** Never over what the row or the trial says: beside it. */
async function keepAsEvidence(
  inside: TransactionSession,
  ref: ExecutionRef,
  result: ExecutionResult,
  timeline: readonly TrialEvent[],
): Promise<void> {
  const brought = toJsonText([{ at: new Date().toISOString(), ...result }]);
  await sql`
    update executions set
      late = coalesce(late, '[]'::jsonb) || ${brought}::jsonb,
      timeline = coalesce(timeline, '[]'::jsonb) || ${toJsonText(toStored(timeline))}::jsonb
    where trial_id = ${ref.trialId}::bigint and execution = ${ref.execution}`.execute(inside.db);
}
