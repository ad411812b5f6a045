import { sql } from 'kysely';
import { campaignLock, movingCampaign } from './campaigns.ts';
import { inPipeline, type Pipeline } from './database/pipeline.ts';
import { notifyingCampaign, type Session } from './database/session.ts';
import { type ClaimableTrial, decideClaim, refuseByStatus } from './decide-claim.ts';
import { REOPENED, reopened } from './retry.ts';
import type { Campaign, Claim } from './rows.ts';
import { readingTakenSlots, type TakenSlot } from './slots.ts';
import { lockingTrials } from './trials.ts';

export interface ClaimRequest {
  readonly trialId: string;
  readonly workerId: string;
  readonly place: string;
  readonly reopenFailed: boolean;
}

export const UNKNOWN_TRIAL: Claim = { kind: 'over', status: 'unknown', error: null };

/**
 * The one gate to running trials of a campaign: enforces `parallel`, one execution at a time, backoff and cooldown.
 * Requests are answered in their order, as if each had come alone.
 *
 * Locks: the campaign's row for the whole transaction, so that claims of one campaign follow one another and count
 * what the one before has written; then the trials' rows. Cost: two round trips and one commit, however many;
 * `startTrials` has done what needs only one.
 */
export function claimTrials(
  session: Session,
  campaignId: string,
  requests: readonly ClaimRequest[],
): Promise<readonly Claim[]> {
  return inPipeline(session, async (pipeline) => {
    const ids = requests.map(({ trialId }) => trialId);
    const [[campaign], trials, taken] = await Promise.all([
      pipeline.send(campaignLock(session, campaignId)),
      pipeline.send<ClaimableTrial>(lockingTrials(session, ids).compile()),
      pipeline.send(readingTakenSlots(session, campaignId)),
    ]);
    if (campaign === undefined) return requests.map(() => UNKNOWN_TRIAL);
    if (campaign.status === 'cancelled') {
      return requests.map(() => ({ kind: 'over', status: 'cancelled', error: null }));
    }
    const decided = decideAll(campaign, requests, new Map(trials.map((trial) => [trial.id, trial])), taken);
    await pipeline.commit(...write(session, pipeline, campaign, decided));
    return decided.claims;
  });
}

interface Decided {
  readonly claims: readonly Claim[];
  /** Failed trials that a person retried, whether or not they can start now. */
  readonly reopenedIds: readonly string[];
  readonly started: readonly ClaimRequest[];
  /** Something of the campaign runs, or waits to run. */
  readonly isAwake: boolean;
}

/** One after the other: each sees the slots that the ones before it took. */
function decideAll(
  campaign: Campaign,
  requests: readonly ClaimRequest[],
  trials: Map<string, ClaimableTrial>,
  takenBefore: readonly TakenSlot[],
): Decided {
  const reopenedIds: string[] = [];
  const started: ClaimRequest[] = [];
  let taken = takenBefore;
  let isAwake = false;
  const claims = requests.map((request): Claim => {
    const found = trials.get(request.trialId);
    if (found?.campaignId !== campaign.id) return UNKNOWN_TRIAL;
    const refusal = refuseByStatus(campaign, found, request.reopenFailed);
    if (refusal !== undefined) return refusal;
    isAwake = true;
    const trial = found.status === 'failed' ? { ...reopened(found), backoffMs: 0 } : found;
    if (found.status === 'failed') reopenedIds.push(found.id);
    const claim = decideClaim(campaign, trial, taken);
    trials.set(trial.id, claim.kind === 'claimed' ? { ...trial, status: 'running' } : trial);
    if (claim.kind !== 'claimed') return claim;
    started.push(request);
    // Its reserved slot is the one that it takes.
    taken = [
      ...taken.filter(({ by, trialId }) => by !== 'reserved' || trialId !== trial.id),
      { trialId: trial.id, by: 'live', restMs: 0 },
    ];
    return claim;
  });
  return { claims, reopenedIds, started, isAwake };
}

function write(
  session: Session,
  pipeline: Pipeline,
  { id, status }: Campaign,
  { reopenedIds, started, isAwake }: Decided,
): Promise<unknown>[] {
  const writes: Promise<unknown>[] = [];
  if (reopenedIds.length > 0) writes.push(pipeline.send(reopening(session, reopenedIds)));
  // A campaign that has begun to be claimed runs, and one with a reopened trial runs again.
  if (isAwake && (status === 'pending' || status === 'finished')) {
    writes.push(pipeline.send(movingCampaign(session, id, [status], 'running').compile()));
    writes.push(pipeline.send(notifyingCampaign(session, id)));
  }
  if (started.length > 0) writes.push(pipeline.send(startingExecutions(session, id, started)));
  return writes;
}

/** For a retry whose press did not reach Postgres: a board that is not ours. */
function reopening({ db }: Session, ids: readonly string[]) {
  return db.updateTable('trials').set(REOPENED).where(sql<boolean>`id = any(${ids}::bigint[])`).compile();
}

/** The next execution of each trial; with it a reserved slot is taken, and only the live execution counts. */
function startingExecutions({ db }: Session, campaignId: string, started: readonly ClaimRequest[]) {
  const ids = started.map(({ trialId }) => trialId);
  return sql`
    with starting as (
      select * from unnest(
        ${ids}::bigint[], ${started.map(({ workerId }) => workerId)}::text[],
        ${started.map(({ place }) => place)}::text[]
      ) as starting (trial_id, worker_id, place)
    ), running as (
      update trials set status = 'running', execution = execution + 1, retry_at = null
      from starting where id = any(${ids}::bigint[]) and id = starting.trial_id
      returning id, execution
    ), reserved as (
      update executions set slot_free_at = null
      from starting
      where executions.trial_id = any(${ids}::bigint[]) and executions.trial_id = starting.trial_id
        and "end" = 'lost' and slot_free_at is not null
    )
    insert into executions (trial_id, execution, campaign_id, worker_id, place, phase, phase_at)
    select running.id, running.execution, ${campaignId}::bigint, worker_id, place, 'starting', clock_timestamp()
    from running join starting on starting.trial_id = running.id`.compile(db);
}
