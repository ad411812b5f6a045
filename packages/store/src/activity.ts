import { sql } from 'kysely';
import type {
  BackoffTrial,
  CampaignActivity,
  LiveExecution,
  LostExecution,
  RestingSlot,
} from './activity-rows.ts';
import { isId, type Session } from './database/session.ts';
import type { WorkerSlots } from './worker-rows.ts';

/** More trials in backoff than this are counted, not named; of more losses, the newest are told. */
const MOST_NAMED = 20;

/**
 * What goes on in a campaign right now, for whoever is on call. All spans are by the database's clock.
 *
 * Locks: none. Cost: five statements on indexes that hold what is live, resting, lost or in backoff, and little else.
 * @param lostWithinMs how far back a loss still counts as news
 */
export async function campaignActivity(
  session: Session,
  campaignId: string,
  lostWithinMs: number,
): Promise<CampaignActivity> {
  if (!isId(campaignId)) return { live: [], resting: [], lost: [], backoff: { count: 0, next: [] } };
  const [live, resting, lost, backoff] = await Promise.all([
    liveOf(session, campaignId),
    restingOf(session, campaignId),
    lostOf(session, campaignId, lostWithinMs),
    backoffOf(session, campaignId),
  ]);
  return { live, resting, lost, backoff };
}

async function liveOf(session: Session, campaignId: string): Promise<LiveExecution[]> {
  const found = await sql<LiveExecution>`
    select
      trial_id as "trialId", executions.execution, trials.key, trials.baseline, worker_id as "workerId", place,
      coalesce(phase, 'starting') as phase, started_at as "startedAt",
      extract(epoch from clock_timestamp() - coalesce(phase_at, started_at))::double precision * 1000 as "phaseMs",
      coalesce(beaten_at, started_at) as "lastBeatAt",
      extract(epoch from clock_timestamp() - coalesce(beaten_at, started_at))::double precision * 1000 as "silentMs"
    from executions join trials on trials.id = trial_id
    where executions.campaign_id = ${campaignId} and "end" is null
    order by trials.position`.execute(session.db);
  return found.rows;
}

/** A slot that a lost execution left to its own trial is none: it shows as the loss. */
async function restingOf(session: Session, campaignId: string): Promise<RestingSlot[]> {
  const found = await sql<RestingSlot>`
    select
      trials.key, worker_id as "workerId", phase is not null as removing,
      extract(epoch from slot_free_at - clock_timestamp())::double precision * 1000 as "freeInMs"
    from executions join trials on trials.id = trial_id
    where executions.campaign_id = ${campaignId} and slot_free_at > clock_timestamp() and "end" <> 'lost'
    order by slot_free_at`.execute(session.db);
  return found.rows;
}

/** With what became of the trial since, and of the fault that was on. */
async function lostOf(session: Session, campaignId: string, withinMs: number): Promise<LostExecution[]> {
  const found = await sql<LostExecution>`
    select
      lost.trial_id as "trialId", lost.execution, trials.key, lost.worker_id as "workerId", lost.place, lost.error,
      coalesce(lost.beaten_at, lost.started_at) as "lastBeatAt", lost.ended_at as "endedAt",
      trials.status as "trialStatus", trials.outcome as "trialOutcome",
      newest.execution as "newestExecution", newest.worker_id as "newestWorkerId",
      (
        select coalesce(json_agg(json_build_object(
          'type', plan ->> 'type', 'state', state, 'evidence', evidence,
          'verifiedAt', to_char(verified_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        ) order by planned_at), '[]'::json)
        from injections where injections.trial_id = lost.trial_id and injections.execution = lost.execution
      ) as injections
    from executions as lost
    join trials on trials.id = lost.trial_id
    left join executions as newest
      on newest.trial_id = trials.id and newest.execution = trials.execution
      and newest.execution > lost.execution
    where lost.campaign_id = ${campaignId} and lost."end" = 'lost'
      and lost.ended_at > clock_timestamp() - ${withinMs} * interval '1 millisecond'
    order by lost.ended_at desc limit ${MOST_NAMED}`.execute(session.db);
  return found.rows.reverse();
}

/** Only pending trials have a `retry_at`; to ask for the status too leads the planner to the wrong index. */
async function backoffOf(session: Session, campaignId: string): Promise<CampaignActivity['backoff']> {
  const found = await sql<BackoffTrial & { count: number }>`
    select
      key, failures, extract(epoch from retry_at - clock_timestamp())::double precision * 1000 as "againInMs", error,
      count(*) over ()::integer as count
    from trials
    where campaign_id = ${campaignId} and retry_at > clock_timestamp()
    order by retry_at limit ${MOST_NAMED}`.execute(session.db);
  return {
    count: found.rows[0]?.count ?? 0,
    next: found.rows.map(({ count: _all, ...trial }) => trial),
  };
}

/** Slots in use by worker, live and resting, over all campaigns. Locks: none. */
export async function slotsByWorker(session: Session): Promise<Map<string, WorkerSlots>> {
  const counted = await sql<{ workerId: string } & WorkerSlots>`
    select "workerId", sum(live)::integer as live, sum(resting)::integer as resting
    from (
      select worker_id as "workerId", 1 as live, 0 as resting from executions where "end" is null
      union all
      select worker_id, 0, 1
      from campaigns join executions
        on executions.campaign_id = campaigns.id and slot_free_at > clock_timestamp() and "end" <> 'lost'
      -- A finished campaign's last slots rest on.
      where finished_at is null
        or finished_at > clock_timestamp() - (cooldown_seconds + 60) * interval '1 second'
    ) as used
    group by "workerId"`.execute(session.db);
  return new Map(counted.rows.map(({ workerId, ...slots }) => [workerId, slots]));
}
