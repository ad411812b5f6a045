import { OrdealError } from '@ordeal/core';
import { lockCampaign, moveCampaign } from './campaigns.ts';
import {
  allowLongStatements,
  inTransaction,
  isId,
  notifyCampaign,
  type Session,
  type TransactionSession,
} from './database/session.ts';
import type { Trial } from './rows.ts';

/** What a failed trial becomes when it is reopened: its budgets are fresh, and what its executions said stays in their rows. */
export const REOPENED = {
  status: 'pending',
  outcome: null,
  void_cause: null,
  failures: 0,
  losses: 0,
  retry_at: null,
  error: null,
  record: null,
  ended_at: null,
} as const;

/** The same of a trial in hand. */
export function reopened<T extends Trial>(trial: T): T {
  return {
    ...trial,
    status: 'pending',
    outcome: null,
    voidCause: null,
    failures: 0,
    losses: 0,
    retryAt: null,
    error: null,
    record: null,
    endedAt: null,
  };
}

/**
 * Reopens failed trials: the named ones, or all. Each gets a new generation, so that its new job's id is free; a
 * finished campaign runs again. All or nothing, in one transaction.
 *
 * Locks: the campaign's row, then each reopened trial. Cost: about 20 s for 1,000,000.
 * @returns how many; 0 when none has failed
 * @throws OrdealError NOT_FOUND for an unknown campaign or key; CONFLICT for a key whose trial has not failed, and
 * for a cancelled campaign
 */
export function retryTrials(session: Session, campaignId: string, keys?: readonly string[]): Promise<number> {
  return inTransaction(session, async (inside) => {
    const campaign = isId(campaignId) ? await lockCampaign(inside, campaignId) : undefined;
    if (campaign === undefined) throw new OrdealError('NOT_FOUND', `no campaign ${campaignId}`);
    if (campaign.status === 'cancelled') {
      throw new OrdealError(
        'CONFLICT',
        `campaign ${campaignId} was cancelled, and that is final: enqueue its file again as a new campaign`,
      );
    }
    if (keys !== undefined && keys.length > 0) await refuseUnlessFailed(inside, campaignId, keys);
    return reopen(inside, campaignId, { keys, raiseGeneration: true });
  });
}

/**
 * The same for retries pressed in Bull Board: their jobs are in the queue already, under the ids they had. Trials
 * that have not failed, or not any more, are left alone. Locks: as `retryTrials`.
 */
export function reopenFailedTrials(
  session: Session,
  campaignId: string,
  trialIds?: readonly string[],
): Promise<number> {
  return inTransaction(session, async (inside) => {
    const campaign = isId(campaignId) ? await lockCampaign(inside, campaignId) : undefined;
    if (campaign === undefined || campaign.status === 'cancelled') return 0;
    return reopen(inside, campaignId, { ids: trialIds?.filter(isId), raiseGeneration: false });
  });
}

async function refuseUnlessFailed(
  inside: TransactionSession,
  campaignId: string,
  keys: readonly string[],
): Promise<void> {
  const found = await inside.db
    .selectFrom('trials')
    .select(['key', 'status'])
    .where('campaign_id', '=', campaignId)
    .where('key', 'in', [...keys])
    .orderBy('position')
    .execute();
  const unknown = keys.filter((key) => !found.some((trial) => trial.key === key));
  if (unknown.length > 0) {
    throw new OrdealError('NOT_FOUND', `campaign ${campaignId} has no trial ${unknown.join(', ')}`);
  }
  const others = found.filter((trial) => trial.status !== 'failed');
  if (others.length > 0) {
    const named = others.map((trial) => `${trial.key} is ${trial.status}`).join(', ');
    throw new OrdealError('CONFLICT', `${named}: only failed trials are run again, and nothing was changed`);
  }
}

async function reopen(
  inside: TransactionSession,
  campaignId: string,
  which: {
    readonly keys?: readonly string[] | undefined;
    readonly ids?: readonly string[] | undefined;
    readonly raiseGeneration: boolean;
  },
): Promise<number> {
  if (which.keys?.length === 0 || which.ids?.length === 0) return 0;
  await allowLongStatements(inside);
  let update = inside.db
    .updateTable('trials')
    .set((row) => ({
      ...REOPENED,
      generation: which.raiseGeneration ? row('generation', '+', 1) : row.ref('generation'),
    }))
    .where('campaign_id', '=', campaignId)
    .where('status', '=', 'failed');
  if (which.keys !== undefined) update = update.where('key', 'in', [...which.keys]);
  if (which.ids !== undefined) update = update.where('id', 'in', [...which.ids]);
  const reopened = Number((await update.executeTakeFirst()).numUpdatedRows);
  if (reopened === 0) return 0;
  await moveCampaign(inside, campaignId, ['finished'], 'running');
  await notifyCampaign(inside, campaignId);
  return reopened;
}
