import { sql } from 'kysely';
import { moveCampaign } from './campaigns.ts';
import { allowLongStatements, inTransaction, isId, type Session } from './database/session.ts';

/**
 * To cancelled, with all pending trials. False when it had ended; one that had been cancelled half way is completed.
 *
 * Two transactions: a million pending trials take about 20 s, and neither the abort of the running ones nor their
 * ends may wait for that. In between, nothing can start: a claim looks at the campaign. Whoever dies there leaves the rest to
 * the workers, which are told by `takeQueueChecks`.
 * Locks: the campaign's row, for a moment; then every pending trial.
 */
export async function cancelCampaign(session: Session, campaignId: string): Promise<boolean> {
  if (!isId(campaignId)) return false;
  const moved = await inTransaction(session, (inside) =>
    moveCampaign(inside, campaignId, ['pending', 'running', 'paused'], 'cancelled'),
  );
  await inTransaction(session, async (inside) => {
    await allowLongStatements(inside);
    await sql`
      update trials set status = 'cancelled', retry_at = null, ended_at = clock_timestamp()
      from campaigns
      where campaigns.id = ${campaignId} and campaigns.status = 'cancelled'
        and trials.campaign_id = campaigns.id and trials.status = 'pending'`.execute(inside.db);
  });
  return moved;
}
