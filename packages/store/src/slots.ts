import { sql } from 'kysely';
import { isInBackoff } from './backoff.ts';
import type { Session } from './database/session.ts';
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

/**
 * How long the slot of an execution that ends now is taken, unless `restSlot` or its trial's next claim says
 * otherwise; null: not at all.
 */
export function slotTakenMs(campaign: Campaign, slot: Decision['slot']): number | null {
  if (slot === 'free') return null;
  return slot === 'held' ? longestRestMs(campaign) : RESERVED_MS;
}

export interface SlotUse {
  readonly live: number;
  readonly resting: number;
  /** Until the first of the resting slots is free. */
  readonly restMs: number;
}

/** What a running campaign still has for workers to do. */
export interface WaitingTrials {
  /** Pending with their backoff over, counted up to the campaign's `parallel`. */
  readonly waiting: number;
  /** Those of them that could start right now: a slot of the campaign is free. */
  readonly startable: number;
}

/**
 * How many more trials each running campaign has, if it is not paused. Held against what a worker gives its own slots
 * to, so that none waits for a campaign that cannot use it. A reserved slot counts as free: its own trial may start.
 *
 * Locks: none. Cost: one statement; of each campaign it reads at most `parallel` pending trials and its taken slots.
 */
export async function waitingTrials(session: Session): Promise<Map<string, WaitingTrials>> {
  const counted = await sql<{ campaignId: string } & WaitingTrials>`
    select id as "campaignId", waiting, greatest(0, least(
      waiting,
      parallel
        - (select count(*) from executions where campaign_id = campaigns.id and "end" is null)
        - (
          select count(*) from executions
          where campaign_id = campaigns.id and "end" <> 'lost' and ${isTaken()}
            and slot_free_at <= clock_timestamp()
              + (cooldown_seconds * 1000 + ${REMOVAL_ALLOWANCE_MS + CLOCK_TOLERANCE_MS}) * interval '1 millisecond'
        )
    ))::integer as startable
    from campaigns, lateral (
      select count(*)::integer as waiting from (
        select from trials
        where campaign_id = campaigns.id and status = 'pending'
          and ${isInBackoff()} is not true
        limit campaigns.parallel
      ) as pending
    ) as counted
    where status in ('pending', 'running')`.execute(session.db);
  return new Map(counted.rows.map(({ campaignId, ...waiting }) => [campaignId, waiting]));
}

/** A slot of a campaign that is not free. */
export interface TakenSlot {
  readonly trialId: string;
  /** `held`: its instance is being removed, or it rests. `reserved`: free for its own trial. */
  readonly by: 'live' | 'held' | 'reserved';
  /** Until it is free; 0 for a live execution. */
  readonly restMs: number;
}

/** Reads the campaign's taken slots. Exact only under the campaign's lock. Cost: two indexes that hold little else. */
export function readingTakenSlots({ db }: Session, campaignId: string) {
  return sql<TakenSlot>`
    select trial_id as "trialId", 'live' as "by", 0::double precision as "restMs"
    from executions where campaign_id = ${campaignId} and "end" is null
    union all
    select
      trial_id, case "end" when 'lost' then 'reserved' else 'held' end,
      ceil(extract(epoch from slot_free_at - clock_timestamp()) * 1000)::double precision
    from executions join campaigns on campaigns.id = executions.campaign_id
    where executions.campaign_id = ${campaignId}
      and ${isTaken()}
      and slot_free_at <= clock_timestamp()
        + (cooldown_seconds * 1000 + ${REMOVAL_ALLOWANCE_MS + CLOCK_TOLERANCE_MS}::double precision)
        * interval '1 millisecond'`.compile(db);
}

/** How many of them are taken for this trial. */
export function slotUse(taken: readonly TakenSlot[], trialId: string): SlotUse {
  const live = taken.filter(({ by }) => by === 'live').length;
  const resting = taken.filter(
    (slot) => slot.by === 'held' || (slot.by === 'reserved' && slot.trialId !== trialId),
  );
  const restMs = resting.length === 0 ? 0 : Math.min(...resting.map((slot) => slot.restMs));
  return { live, resting: resting.length, restMs };
}

/** By now, and by an index: no index is searched for a clock that goes on meanwhile, and ended executions are many. */
export function isTaken() {
  return sql`slot_free_at > statement_timestamp() and slot_free_at > clock_timestamp()`;
}
