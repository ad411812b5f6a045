import { sql } from 'kysely';
import { longestBackoffMs } from './backoff.ts';
import { lockCampaign, moveCampaign } from './campaigns.ts';
import { inTransaction, type Session, type TransactionSession } from './database/session.ts';
import { REOPENED } from './retry.ts';
import type { Campaign, Claim, Trial } from './rows.ts';
import { countSlots, takeReservedSlot } from './slots.ts';
import { campaignOfTrial, lockTrial } from './trials.ts';

/** How long a job of a paused campaign should stay away; the queue is paused too, so this is rare. */
const PAUSED_WAIT_MS = 1_000;

export interface ClaimRequest {
  readonly trialId: string;
  readonly workerId: string;
  readonly place: string;
  readonly reopenFailed: boolean;
}

/**
 * The one gate to running a trial: enforces `parallel`, one execution at a time, backoff and cooldown.
 *
 * Locks: the campaign's row for the whole transaction, so that claims of one campaign follow one another and
 * count what the one before has written; then the trial's row.
 */
export function claim(session: Session, request: ClaimRequest): Promise<Claim> {
  return inTransaction(session, async (inside) => {
    const campaignId = await campaignOfTrial(inside, request.trialId);
    const campaign = campaignId === undefined ? undefined : await lockCampaign(inside, campaignId);
    // Before the trial is locked: whoever cancels may hold a million of them for a while.
    if (campaign?.status === 'cancelled') return { kind: 'over', status: 'cancelled', error: null };
    const trial = campaign === undefined ? undefined : await lockTrial(inside, request.trialId);
    if (campaign === undefined || trial === undefined)
      return { kind: 'over', status: 'unknown', error: null };

    const refusal = refuseByStatus(campaign, trial, request.reopenFailed);
    if (refusal !== undefined) return refusal;
    if (trial.status === 'failed') await reopenTrial(inside, trial.id);
    // A campaign that has begun to be claimed runs, and one with a reopened trial runs again.
    await moveCampaign(inside, campaign.id, ['pending', 'finished'], 'running');

    return (
      (await refuseByBackoff(inside, campaign, trial)) ??
      (await refuseBySlots(inside, campaign, trial.id)) ??
      (await startExecution(inside, campaign.id, request))
    );
  });
}

function refuseByStatus(campaign: Campaign, trial: Trial, reopenFailed: boolean): Claim | undefined {
  if (trial.status === 'completed' || trial.status === 'cancelled') {
    return { kind: 'over', status: trial.status, error: trial.error };
  }
  if (trial.status === 'failed' && !reopenFailed)
    return { kind: 'over', status: 'failed', error: trial.error };
  if (trial.status === 'running') return { kind: 'busy' };
  if (campaign.status === 'paused') return { kind: 'wait', waitMs: PAUSED_WAIT_MS, reason: 'paused' };
  return undefined;
}

/** For a retry whose press did not reach Postgres: a board that is not ours. */
async function reopenTrial(inside: TransactionSession, trialId: string): Promise<void> {
  await inside.db.updateTable('trials').set(REOPENED).where('id', '=', trialId).execute();
}

async function refuseByBackoff(
  inside: TransactionSession,
  campaign: Campaign,
  trial: Trial,
): Promise<Claim | undefined> {
  const left = await sql<{ waitMs: number | null }>`
    select ceil(extract(epoch from retry_at - clock_timestamp()) * 1000)::double precision as "waitMs"
    from trials where id = ${trial.id}`.execute(inside.db);
  const waitMs = left.rows[0]?.waitMs ?? 0;
  if (waitMs <= 0 || waitMs > longestBackoffMs(campaign, trial.failures)) return undefined;
  return { kind: 'wait', waitMs, reason: 'backoff' };
}

async function refuseBySlots(
  inside: TransactionSession,
  campaign: Campaign,
  trialId: string,
): Promise<Claim | undefined> {
  const { live, resting, restMs } = await countSlots(inside, campaign, trialId);
  if (live >= campaign.parallel) return { kind: 'busy' };
  if (live + resting < campaign.parallel) return undefined;
  return { kind: 'wait', waitMs: Math.max(restMs, 1), reason: 'resting' };
}

async function startExecution(
  inside: TransactionSession,
  campaignId: string,
  { trialId, workerId, place }: ClaimRequest,
): Promise<Claim> {
  const { execution } = await inside.db
    .updateTable('trials')
    .set((row) => ({ status: 'running', execution: row('execution', '+', 1), retry_at: null }))
    .where('id', '=', trialId)
    .returning('execution')
    .executeTakeFirstOrThrow();
  await inside.db
    .insertInto('executions')
    .values({
      trial_id: trialId,
      execution,
      campaign_id: campaignId,
      worker_id: workerId,
      place,
      phase: 'starting',
      phase_at: sql<Date>`clock_timestamp()`,
    })
    .execute();
  await takeReservedSlot(inside, trialId);
  const campaign = await lockCampaign(inside, campaignId);
  const trial = await lockTrial(inside, trialId);
  if (campaign === undefined || trial === undefined) return { kind: 'over', status: 'unknown', error: null };
  return { kind: 'claimed', campaign, trial, execution };
}
