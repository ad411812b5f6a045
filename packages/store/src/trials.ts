import { sql } from 'kysely';
import { isId, type Session, type TransactionSession } from './database/session.ts';
import type { Trial } from './rows.ts';

/** Locks: none. */
export async function getTrial(session: Session, id: string): Promise<Trial | undefined> {
  if (!isId(id)) return undefined;
  return selectTrials(session).where('trials.id', '=', id).executeTakeFirst();
}

/** By its key, unique within the campaign. Locks: none. */
export async function findTrial(
  session: Session,
  campaignId: string,
  key: string,
): Promise<Trial | undefined> {
  if (!isId(campaignId)) return undefined;
  return selectTrials(session)
    .where('trials.campaign_id', '=', campaignId)
    .where('trials.key', '=', key)
    .executeTakeFirst();
}

/** In order of position. Locks: none. */
export async function listTrials(
  session: Session,
  campaignId: string,
  options: { after?: number; limit?: number; statuses?: readonly string[] } = {},
): Promise<Trial[]> {
  if (!isId(campaignId)) return [];
  let query = selectTrials(session).where('trials.campaign_id', '=', campaignId).orderBy('trials.position');
  if (options.after !== undefined) query = query.where('trials.position', '>', options.after);
  if (options.statuses !== undefined) {
    query = query.where(sql<boolean>`trials.status = any(${[...options.statuses]}::text[])`);
  }
  if (options.limit !== undefined) query = query.limit(options.limit);
  return query.execute();
}

/**
 * Locks trials until the transaction ends, in order of id, and reads them; none of a cancelled campaign, whose
 * pending trials may all be locked for a while. Lock their campaign first: see `lockCampaign`.
 */
export function lockingTrials(session: Session, ids: readonly string[]) {
  return selectTrials(session)
    .select(backoffMs().as('backoffMs'))
    .where(sql<boolean>`trials.id = any(${ids}::bigint[])`)
    .where((row) =>
      row.exists(
        row
          .selectFrom('campaigns')
          .select('campaigns.id')
          .whereRef('campaigns.id', '=', 'trials.campaign_id')
          .where('campaigns.status', '<>', 'cancelled'),
      ),
    )
    .orderBy('trials.id')
    .forNoKeyUpdate('trials');
}

/** Locks running trials with their live executions, in order of id, and reads them. */
export function lockingLiveTrials(session: Session, ids: readonly string[]) {
  return selectTrials(session)
    .innerJoin('executions', (join) =>
      join
        .onRef('executions.trial_id', '=', 'trials.id')
        .onRef('executions.execution', '=', 'trials.execution'),
    )
    .select('executions.beats')
    .where(sql<boolean>`trials.id = any(${ids}::bigint[])`)
    .where('trials.status', '=', 'running')
    .where('executions.end', 'is', null)
    .orderBy('trials.id')
    .forNoKeyUpdate(['trials', 'executions']);
}

/** One trial, locked until the transaction ends. Lock the campaign first: see `lockCampaign`. */
export async function lockTrial(
  inside: TransactionSession,
  id: string,
): Promise<(Trial & { readonly backoffMs: number }) | undefined> {
  return selectTrials(inside)
    .select(backoffMs().as('backoffMs'))
    .where('trials.id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** To which campaign a trial belongs; it never changes. Locks: none. */
export async function campaignOfTrial(session: Session, trialId: string): Promise<string | undefined> {
  if (!isId(trialId)) return undefined;
  const found = await session.db
    .selectFrom('trials')
    .select('campaign_id as campaignId')
    .where('id', '=', trialId)
    .executeTakeFirst();
  return found?.campaignId;
}

/** The same columns as text: for what `returning` gives back. */
export function trialColumns() {
  const columns = TRIAL_COLUMNS.map((column) => column.replace(/ as (\w+)$/, ' as "$1"'));
  return sql`${sql.raw(columns.join(', '))}, ${slotFreeAt()} as "slotFreeAt"`;
}

function selectTrials(session: Session) {
  return session.db.selectFrom('trials').select(TRIAL_COLUMNS).select(slotFreeAt().as('slotFreeAt'));
}

const TRIAL_COLUMNS = [
  'trials.id',
  'trials.campaign_id as campaignId',
  'trials.position',
  'trials.key',
  'trials.cell',
  'trials.subject',
  'trials.chaos_type as chaosType',
  'trials.chaos_params as chaosParams',
  'trials.target',
  'trials.duration_seconds as durationSeconds',
  'trials.trial_index as trialIndex',
  'trials.baseline',
  'trials.arm',
  'trials.runtime',
  'trials.goal',
  'trials.timing',
  'trials.status',
  'trials.outcome',
  'trials.void_cause as voidCause',
  'trials.execution',
  'trials.generation',
  'trials.failures',
  'trials.losses',
  'trials.retry_at as retryAt',
  'trials.error',
  'trials.record',
  'trials.ended_at as endedAt',
] as const;

/** Until the trial may be claimed again, by the database's clock; 0 or less: now. */
function backoffMs() {
  return sql<number>`coalesce(ceil(extract(epoch from retry_at - clock_timestamp()) * 1000), 0)::double precision`;
}

/** When the last slot that the trial's executions took becomes, or became, free. */
function slotFreeAt() {
  return sql<Date | null>`(
    select max(executions.slot_free_at) from executions where executions.trial_id = trials.id
  )`;
}
