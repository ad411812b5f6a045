import { sql } from 'kysely';
import { campaignFinish, campaignLock } from './campaigns.ts';
import { inPipeline } from './database/pipeline.ts';
import { notifyingCampaign, type Session } from './database/session.ts';
import { toJsonText } from './database/text.ts';
import { endColumns } from './end-columns.ts';
import type { EndRequest } from './end-execution.ts';
import { toStored } from './events.ts';
import type { Ended } from './rows.ts';
import { REMOVAL_ALLOWANCE_MS } from './slots.ts';

const COMPLETED: Ended = { kind: 'ended', trialStatus: 'completed', retryInMs: null, error: null };

/**
 * `endExecutions` for results, of which there is nothing to decide: the trial is completed, whatever its campaign and
 * its executions before say. Undefined for what is not the live execution of its trial.
 *
 * Locks: campaign, trials, executions, in this order, until commit. Cost: one round trip and one commit, however many.
 */
export function completeTrials(
  session: Session,
  campaignId: string,
  requests: readonly EndRequest[],
): Promise<readonly (Ended | undefined)[]> {
  return inPipeline(session, async (pipeline) => {
    const locked = pipeline.send(campaignLock(session, campaignId));
    const completed = pipeline.send(completing(session, campaignId, requests));
    const finished = pipeline.send(campaignFinish(session, campaignId));
    const told = pipeline.send(notifyingCampaign(session, campaignId));
    await pipeline.commit(locked, completed, finished, told);
    const ended = new Set((await completed).map(({ id, execution }) => `${id}/${execution}`));
    // Of two results of one execution the first counts.
    return requests.map(({ ref }) =>
      ended.delete(`${ref.trialId}/${ref.execution}`) ? COMPLETED : undefined,
    );
  });
}

/** What the execution says of itself, and what its trial shows from now on. The record, which can be long, is sent once. */
function completing({ db }: Session, campaignId: string, requests: readonly EndRequest[]) {
  const ids = requests.map(({ ref }) => ref.trialId);
  const rows = requests.map(({ ref, result, timeline }) => {
    const { outcome, record } = endColumns(result);
    return { ...ref, outcome, record, timeline: toStored(timeline) };
  });
  return sql<{ id: string; execution: number }>`
    with brought as (
      select distinct on ("trialId", execution) * from json_to_recordset(${toJsonText(rows)}::json) as (
        "trialId" bigint, "execution" integer, "outcome" text, "record" jsonb, "timeline" jsonb
      )
    ), live as (
      select trials.id, brought.*
      from brought
      join trials on trials.id = "trialId" and trials.execution = brought.execution
      join executions on executions.trial_id = "trialId" and executions.execution = brought.execution
      where trials.id = any(${ids}::bigint[]) and executions.trial_id = any(${ids}::bigint[])
        and trials.status = 'running' and executions."end" is null
      order by trials.id
      for no key update of trials, executions
    ), ended as (
      update executions set
        "end" = 'result', outcome = live.outcome, record = live.record, timeline = live.timeline,
        phase = 'removing', ended_at = clock_timestamp(),
        slot_free_at = clock_timestamp()
          + (cooldown_seconds * 1000 + ${REMOVAL_ALLOWANCE_MS}::double precision) * interval '1 millisecond'
      from live, campaigns
      where executions.trial_id = any(${ids}::bigint[])
        and executions.trial_id = live.id and executions.execution = live.execution
        and campaigns.id = ${campaignId}
    )
    update trials set
      status = 'completed', outcome = live.outcome, void_cause = null, error = null, record = live.record,
      retry_at = null, ended_at = clock_timestamp()
    from live
    where trials.id = any(${ids}::bigint[]) and trials.id = live.id
    returning trials.id, trials.execution`.compile(db);
}
