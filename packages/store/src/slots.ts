import { sql } from 'kysely';
import type { TransactionSession } from './database/session.ts';
import type { Campaign } from './rows.ts';

/** What removing an instance may take: until then a recorded execution's slot counts as taken. */
export const REMOVAL_ALLOWANCE_MS = 30_000;

/** The database's clock is corrected by small steps all the time; these must not free a slot. */
const CLOCK_TOLERANCE_MS = 1_000;

/** The longest that a slot can rest. What stands further in the future was written before the clock was set back. */
function longestRestMs(campaign: Campaign): number {
  return campaign.cooldownSeconds * 1_000 + REMOVAL_ALLOWANCE_MS;
}

/** When the slot of an execution that ends now becomes free, unless `restSlot` says it sooner. */
export function slotHeldUntil(campaign: Campaign) {
  return sql<Date>`clock_timestamp() + ${longestRestMs(campaign)} * interval '1 millisecond'`;
}

export interface SlotUse {
  readonly live: number;
  readonly resting: number;
  /** Until the first of the resting slots is free. */
  readonly restMs: number;
}

/** How many of the campaign's slots are taken. Exact only under the campaign's lock. */
export async function countSlots(inside: TransactionSession, campaign: Campaign): Promise<SlotUse> {
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
      and slot_free_at <= clock_timestamp() + ${until} * interval '1 millisecond'`.execute(inside.db);
  return counted.rows[0] ?? { live: 0, resting: 0, restMs: 0 };
}
