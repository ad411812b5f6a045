import { sql } from 'kysely';
import { finishLockedCampaignIfDone, moveCampaign } from './campaigns.ts';
import { inTransaction, isId, notifyCampaign, type Session } from './database/session.ts';
import { toText } from './database/text.ts';

/**
 * To paused: from the commit on no trial of it is claimed. `abortRunning`: workers give their executions back, told
 * by the next beat. Pausing again keeps who was first and when, and may add the abort. False when it had ended.
 *
 * Locks: the campaign's row, for two statements.
 */
export function pauseCampaign(
  session: Session,
  campaignId: string,
  pause: { readonly by: string; readonly abortRunning: boolean },
): Promise<boolean> {
  return inTransaction(session, async (inside) => {
    if (!isId(campaignId)) return false;
    const paused = await inside.db
      .updateTable('campaigns')
      .set({
        status: 'paused',
        paused_at: sql<Date>`coalesce(paused_at, clock_timestamp())`,
        paused_by: sql<string>`coalesce(paused_by, ${toText(pause.by)})`,
        pause_aborts: sql<boolean>`pause_aborts or ${pause.abortRunning}`,
      })
      .where('id', '=', campaignId)
      .where('status', 'in', ['pending', 'running', 'paused'])
      .returning('id')
      .executeTakeFirst();
    if (paused === undefined) return false;
    await notifyCampaign(inside, campaignId);
    return true;
  });
}

/** paused -> running, or finished when its last trial ended meanwhile. False when it was not paused. Locks: the campaign's row. */
export function resumeCampaign(session: Session, campaignId: string): Promise<boolean> {
  return inTransaction(session, async (inside) => {
    if (!(await moveCampaign(inside, campaignId, ['paused'], 'running'))) return false;
    await finishLockedCampaignIfDone(inside, campaignId);
    return true;
  });
}
