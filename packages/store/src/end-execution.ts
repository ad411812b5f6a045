import { sql } from 'kysely';
import { campaignFinish, campaignLock } from './campaigns.ts';
import { inPipeline } from './database/pipeline.ts';
import { notifyingCampaign, type Session } from './database/session.ts';
import { toJsonText } from './database/text.ts';
import { type Decision, decideEnd } from './decide-end.ts';
import { endColumns } from './end-columns.ts';
import { toStored } from './events.ts';
import type { Campaign, Ended, ExecutionRef, ExecutionResult, Trial, TrialEvent } from './rows.ts';
import { slotTakenMs } from './slots.ts';
import { lockingLiveTrials } from './trials.ts';

export interface EndRequest {
  readonly ref: ExecutionRef;
  readonly result: ExecutionResult;
  /** What happened in it, kept with its end. */
  readonly timeline: readonly TrialEvent[];
  /** Only if its beat counter still stands here. */
  readonly seenBeats?: number;
}

type LiveTrial = Trial & { readonly beats: number };

/**
 * Ends executions of a campaign and decides what follows for their trials; finishes the campaign when the last one
 * was among them. Fenced: what is not the live execution of its trial is answered undefined, and nothing changes.
 *
 * Locks: campaign, trials, executions, in this order, until commit. A beat that comes first has moved the counter;
 * one that comes after finds the execution ended. Cost: two round trips and one commit, however many.
 */
export function endExecutions(
  session: Session,
  campaignId: string,
  requests: readonly EndRequest[],
): Promise<readonly (Ended | undefined)[]> {
  return inPipeline(session, async (pipeline) => {
    const ids = requests.map(({ ref }) => ref.trialId);
    const [[campaign], found] = await Promise.all([
      pipeline.send(campaignLock(session, campaignId)),
      pipeline.send<LiveTrial>(lockingLiveTrials(session, ids).compile()),
    ]);
    if (campaign === undefined) return requests.map(() => undefined);
    const live = new Map(found.map((trial) => [trial.id, trial]));
    const ends: End[] = [];
    const answers = requests.map(({ ref, result, timeline, seenBeats }) => {
      const trial = live.get(ref.trialId);
      if (trial?.execution !== ref.execution || (seenBeats ?? trial.beats) !== trial.beats) return undefined;
      // Of two ends of one execution the first counts.
      live.delete(ref.trialId);
      const decision = decideEnd(campaign, trial, result);
      ends.push({ ref, result, timeline, decision });
      return endedBy(decision);
    });
    if (ends.length === 0) return answers;
    const writes: Promise<unknown>[] = [pipeline.send(writingEnds(session, campaign, ends))];
    if (ends.some(({ decision }) => decision.retryInMs === null)) {
      writes.push(pipeline.send(campaignFinish(session, campaign.id)));
    }
    writes.push(pipeline.send(notifyingCampaign(session, campaign.id)));
    await pipeline.commit(...writes);
    return answers;
  });
}

interface End extends EndRequest {
  readonly decision: Decision;
}

function endedBy({ status, retryInMs, error }: Decision): Ended {
  return { kind: 'ended', trialStatus: status, retryInMs, error };
}

/** What the execution says of itself, and what its trial shows from now on. The record, which can be long, is sent once. */
function writingEnds({ db }: Session, campaign: Campaign, ends: readonly End[]) {
  const ids = ends.map(({ ref }) => ref.trialId);
  const rows = ends.map(({ ref, result, timeline, decision }) => ({
    ...ref,
    ...endColumns(result),
    timeline: toStored(timeline),
    phase: decision.slot === 'held' ? 'removing' : null,
    slotTakenMs: slotTakenMs(campaign, decision.slot),
    status: decision.status,
    trialOutcome: decision.outcome,
    trialVoidCause: decision.voidCause,
    trialError: decision.error,
    showsRecord: decision.record !== null,
    failures: decision.failures,
    losses: decision.losses,
    retryInMs: decision.retryInMs,
  }));
  return sql`
    with ending as (
      select * from json_to_recordset(${toJsonText(rows)}::json) as (
        "trialId" bigint, "execution" integer, "end" text, "outcome" text, "voidCause" text, "error" text,
        "record" jsonb, "timeline" jsonb, "phase" text, "slotTakenMs" double precision, "status" text, "trialOutcome" text,
        "trialVoidCause" text, "trialError" text, "showsRecord" boolean, "failures" integer, "losses" integer,
        "retryInMs" double precision
      )
    ), ended as (
      update executions set
        "end" = ending."end", outcome = ending.outcome, void_cause = "voidCause", error = ending.error,
        record = ending.record, timeline = ending.timeline, phase = ending.phase, ended_at = clock_timestamp(),
        slot_free_at = clock_timestamp() + "slotTakenMs" * interval '1 millisecond'
      from ending
      where executions.trial_id = any(${ids}::bigint[]) and executions.trial_id = "trialId"
        and executions.execution = ending.execution
    )
    update trials set
      status = ending.status, outcome = "trialOutcome", void_cause = "trialVoidCause", error = "trialError",
      record = case when "showsRecord" then ending.record end, failures = ending.failures, losses = ending.losses,
      retry_at = clock_timestamp() + nullif("retryInMs", 0) * interval '1 millisecond',
      ended_at = case when "retryInMs" is null then clock_timestamp() end
    from ending
    where trials.id = any(${ids}::bigint[]) and trials.id = "trialId"`.compile(db);
}
