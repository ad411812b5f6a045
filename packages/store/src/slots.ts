import { sql } from 'kysely';
import type { Session, TransactionSession } from './database/session.ts';
import type { Decision } from './decide-end.ts';
import type { Campaign } from './rows.ts';

/** What removing an instance may take: until then a recorded execution's slot counts as taken. */
export const REMOVAL_ALLOWANCE_MS = 30_000;

/**
 * How long a lost execution's slot waits for its own trial. Its job comes back within seconds; should it be lost
 * as well, the others go on after this.
 */
const RESERVED_MS = 10_000;

/** The database's clock is corrected by small steps all the time; these must not free a slot. */
const CLOCK_TOLERANCE_MS = 1_000;

/** The longest that a slot can rest. What stands further in the future was written before the clock was set back. */
function longestRestMs(campaign: Campaign): number {
  return campaign.cooldownSeconds * 1_000 + REMOVAL_ALLOWANCE_MS;
}

/** When the slot of an execution that ends now becomes free, unless `restSlot` or its trial's next claim says it sooner. */
export function slotFreeAt(campaign: Campaign, slot: Decision['slot']) {
  if (slot === 'free') return null;
  const ms = slot === 'held' ? longestRestMs(campaign) : RESERVED_MS;
  return sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`;
}

/** The trial takes its reserved slot: from now on only its live execution counts. */
export async function takeReservedSlot(inside: TransactionSession, trialId: string): Promise<void> {
  await inside.db
    .updateTable('executions')
    .set({ slot_free_at: null })
    .where('trial_id', '=', trialId)
    .where('end', '=', 'lost')
    .where('slot_free_at', 'is not', null)
    .execute();
}

export interface SlotUse {
  readonly live: number;
  readonly resting: number;
  /** Until the first of the resting slots is free. */
  readonly restMs: number;
}

/**
 * How many more trials of each running campaign could start right now: not paused, backoff over, a slot free. Held
 * against what a worker gives its own slots to, so that none waits for a campaign that cannot use it. A reserved
 * slot counts as free: its own trial may start.
 *
 * Locks: none. Cost: one statement; of each campaign it reads at most `parallel` pending trials and its taken slots.
 */
export async function startableTrials(session: Session): Promise<Map<string, number>> {
  const counted = await sql<{ campaignId: string; startable: number }>`
    select id as "campaignId", greatest(0, least(
      parallel
        - (select count(*) from executions where campaign_id = campaigns.id and "end" is null)
        - (
          select count(*) from executions
          where campaign_id = campaigns.id and "end" <> 'lost' and slot_free_at > clock_timestamp()
            and slot_free_at <= clock_timestamp()
              + (cooldown_seconds * 1000 + ${REMOVAL_ALLOWANCE_MS + CLOCK_TOLERANCE_MS}) * interval '1 millisecond'
        ),
      (
        select count(*) from (
          select from trials
          where campaign_id = campaigns.id and status = 'pending'
            and (retry_at is null or retry_at <= clock_timestamp())
          limit campaigns.parallel
        ) as startable
      )
    ))::integer as startable
    from campaigns where status in ('pending', 'running')`.execute(session.db);
  return new Map(counted.rows.map(({ campaignId, startable }) => [campaignId, startable]));
}

/** How many of the campaign's slots are taken for this trial. Exact only under the campaign's lock. */
export async function countSlots(
  inside: TransactionSession,
  campaign: Campaign,
  trialId: string,
): Promise<SlotUse> {
  const until = longestRestMs(campaign) + CLOCK_TOLERANCE_MS;
  const counted = await sql<SlotUse>`
    select
      (select count(*)::integer from executions where campaign_id = ${campaign.id} and "end" is null) as live,
      count(*)::integer as resting,
      coalesce(ceil(extract(epoch from min(slot_free_at) - clock_timestamp()) * 1000), 0)::double precision
        as "restMs"
    from executions
    where campaign_id = ${campaign.id}
      and slot_free_at > clock_timestamp()
      and slot_free_at <= clock_timestamp() + ${until} * interval '1 millisecond'
      and not ("end" = 'lost' and trial_id = ${trialId})`.execute(inside.db);
  return counted.rows[0] ?? { live: 0, resting: 0, restMs: 0 };
}
