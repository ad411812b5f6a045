import { sql } from 'kysely';
import { campaignLock } from './campaigns.ts';
import type { ClaimRequest } from './claim.ts';
import { inPipeline } from './database/pipeline.ts';
import type { Session } from './database/session.ts';
import type { Claim, Trial } from './rows.ts';
import { isTaken } from './slots.ts';
import { trialColumns } from './trials.ts';

/**
 * Claims what nothing speaks against: pending trials of a running campaign that wait for no backoff, in order of id,
 * into slots that are free for everyone. What is not started here is answered undefined: `claimTrials`
 * looks closer, and says why not.
 *
 * Locks: as `claimTrials`. Cost: one round trip and one commit, however many.
 */
export function startTrials(
  session: Session,
  campaignId: string,
  requests: readonly ClaimRequest[],
): Promise<readonly (Claim | undefined)[]> {
  return inPipeline(session, async (pipeline) => {
    const locked = pipeline.send(campaignLock(session, campaignId));
    const running = pipeline.send(starting(session, campaignId, requests));
    await pipeline.commit(locked, running);
    const [campaign] = await locked;
    const started = new Map((await running).map((trial) => [trial.id, trial]));
    return requests.map(({ trialId }) => {
      const trial = started.get(trialId);
      if (campaign === undefined || trial === undefined) return undefined;
      // Asked for twice, it was started once.
      started.delete(trialId);
      return { kind: 'claimed', campaign, trial, execution: trial.execution };
    });
  });
}

/** A statement behind the one that locks the campaign, so that it sees what the transaction before has written. */
function starting({ db }: Session, campaignId: string, requests: readonly ClaimRequest[]) {
  const ids = requests.map(({ trialId }) => trialId);
  return sql<Trial>`
    with asked as (
      select * from unnest(
        ${ids}::bigint[], ${requests.map(({ workerId }) => workerId)}::text[],
        ${requests.map(({ place }) => place)}::text[]
      ) as asked (trial_id, worker_id, place)
    ), campaign as (
      select parallel
        - (select count(*) from executions where campaign_id = campaigns.id and "end" is null)
        - (select count(*) from executions where campaign_id = campaigns.id and ${isTaken()}) as free
      from campaigns where id = ${campaignId} and status = 'running'
    ), startable as (
      select id, worker_id, place
      from trials join asked on id = asked.trial_id
      where id = any(${ids}::bigint[]) and campaign_id = ${campaignId}
        and status = 'pending' and retry_at is null
        and exists (select from campaign where free > 0)
      order by id
      for no key update of trials
    ), chosen as (
      select distinct on (id) id, worker_id, place
      from (select *, dense_rank() over (order by id) as rank from startable) as ranked
      where rank <= (select free from campaign)
      order by id
    ), running as (
      update trials set status = 'running', execution = execution + 1
      from chosen where trials.id = any(${ids}::bigint[]) and trials.id = chosen.id
      returning ${trialColumns()}, worker_id, place
    ), reserved as (
      -- Claimed after a loss: only the live execution counts from now on.
      update executions set slot_free_at = null
      from chosen
      where executions.trial_id = any(${ids}::bigint[]) and executions.trial_id = chosen.id
        and "end" = 'lost' and slot_free_at is not null
    ), made as (
      insert into executions (trial_id, execution, campaign_id, worker_id, place, phase, phase_at)
      select id, execution, ${campaignId}::bigint, worker_id, place, 'starting', clock_timestamp() from running
    )
    select * from running`.compile(db);
}
