import { setTimeout as delay } from 'node:timers/promises';
import { faultKind } from '@ordeal/catalogue';
import {
  type Catalogue,
  describeError,
  type FaultKind,
  type FaultPoints,
  monotonicMs,
  type Repertoire,
  type RuntimeName,
} from '@ordeal/core';
import type { GuardClient } from '@ordeal/guard';
import type { Disposition, TakenJob } from '@ordeal/queue';
import { executeTrial, TrialAborted, type TrialEnd } from '@ordeal/runner';
import type { Campaign, Claim, Ended, Store, Trial } from '@ordeal/store';
import type { Logger } from 'pino';
import { needsDocker } from './capabilities.ts';
import type { GuardPlace, Guards } from './guards.ts';
import type { LiveExecutions } from './live-executions.ts';
import type { Removals } from './removals.ts';

/** A successor that is not up by then leaves the execution to be found lost; its sweep goes on. */
const RECOVERED_WITHIN_MS = 60_000;
/** How soon a refused job comes back; the refusal must cost the others nothing. */
const REFUSED_DELAY_MS = 1_000;
/** A job is kept so long for an engine that is away; then another worker may have it, whose engine answers. */
const ENGINE_BACK_WITHIN_MS = 10_000;

export interface JobParts {
  readonly workerId: string;
  readonly repertoire: Repertoire;
  readonly store: Store;
  readonly guards: Guards;
  readonly live: LiveExecutions;
  readonly removals: Removals;
  readonly faultPoints: FaultPoints;
  /** Why nothing can be started on this worker's engine now, in words that fit behind "because"; undefined: it can. */
  readonly whyNoEngine: () => Promise<string | undefined>;
  readonly log: Logger;
  /** Abandons executions whose last acknowledged beat is too old. */
  readonly checkBeats: () => void;
  /** A trial of this worker is under way, past its start. */
  readonly onSettling: () => void;
  /** Fires when the worker stops. */
  readonly stopping: AbortSignal;
}

/** From a job in hand to what becomes of it. Postgres decides; the job is only the occasion to ask. */
async function runJob(parts: JobParts, job: TakenJob, campaign: Campaign, log: Logger): Promise<Disposition> {
  if (parts.stopping.aborted) return { kind: 'give_back' };
  // All before the claim: no execution waits for a guard while its lease runs, and none is spent on an engine that is away.
  const runtime = await runtimeOf(parts, job, campaign);
  const why = runtime === 'docker' ? await untilEngineAnswers(parts) : undefined;
  if (why !== undefined) {
    log.warn({ error: why }, 'no trial is started while the engine is away');
    return parts.stopping.aborted ? { kind: 'give_back' } : { kind: 'later', delayMs: REFUSED_DELAY_MS };
  }
  const home = parts.guards.of(runtime);
  const guard = await home.keeper.ready(parts.stopping);
  if (guard === undefined) return { kind: 'give_back' };
  await parts.removals.room(parts.stopping);
  const claim = await parts.store.claim({
    trialId: job.trialId,
    campaignId: campaign.id,
    workerId: parts.workerId,
    place: home.place,
    reopenFailed: job.retriedByPerson,
  });
  if (claim.kind !== 'claimed') return refusalOf(claim);
  const { ended, rests, givenBack } = await runClaimed(parts, { home, guard, claim }, log);
  const restMs = rests ? claim.campaign.cooldownSeconds * 1000 : 0;
  if (restMs > 0) await parts.faultPoints.reach('cooling_down', claim.trial.id, parts.stopping);
  await rest(restMs, parts.stopping);
  return dispositionOf(ended, restMs, givenBack || parts.stopping.aborted);
}

async function runtimeOf(
  { store }: JobParts,
  { trialId }: TakenJob,
  { needs }: Campaign,
): Promise<RuntimeName> {
  if (!needs.some(needsDocker)) return 'process';
  const trial = await store.getTrial(trialId);
  // One that is not there any more is refused by the claim.
  return trial?.runtime ?? 'process';
}

/** Why it does not, in words that fit behind "because"; undefined: it does, now. */
async function untilEngineAnswers({ whyNoEngine, stopping }: JobParts): Promise<string | undefined> {
  const untilMs = monotonicMs() + ENGINE_BACK_WITHIN_MS;
  for (;;) {
    const why = await whyNoEngine();
    if (why === undefined || monotonicMs() > untilMs || stopping.aborted) return why;
    await rest(REFUSED_DELAY_MS, stopping);
  }
}

interface ClaimedTrial {
  readonly home: GuardPlace;
  readonly guard: GuardClient;
  readonly claim: Extract<Claim, { kind: 'claimed' }>;
}

/** Runs the execution to its recorded end; only until then it is this worker's to beat for. */
async function runClaimed(
  parts: JobParts,
  { home, guard, claim }: ClaimedTrial,
  jobLog: Logger,
): Promise<TrialEnd & { givenBack: boolean }> {
  const { campaign, trial, execution } = claim;
  const log = jobLog.child({ execution, key: trial.key });
  using own = parts.live.add(claim, log);
  // A stop between the check above and here must still reach this execution.
  if (parts.stopping.aborted) parts.live.abortAll('shutdown', 'the worker stops');
  log.info('trial started');
  const result = await executeTrial({
    campaign,
    trial,
    execution,
    place: home.place,
    repertoire: parts.repertoire,
    kind: kindOf(trial, parts.repertoire.catalogue),
    guard,
    store: parts.store,
    faultPoints: parts.faultPoints,
    signal: own.signal,
    checkBeats: parts.checkBeats,
    onPhase: (phase) => {
      own.enter(phase);
      if (phase === 'settling') parts.onSettling();
    },
    guardRecovered: async () => {
      await home.keeper.ready(AbortSignal.timeout(RECOVERED_WITHIN_MS));
    },
  }).catch((error: unknown) => {
    log.error({ error: describeError(error) }, 'the end of an execution could not be recorded');
    throw error;
  });
  parts.removals.add(result.removed);
  log.info({ ended: result.ended }, 'trial ended');
  const { reason } = own.signal;
  return { ...result, givenBack: reason instanceof TrialAborted && reason.why === 'paused' };
}

function kindOf(trial: Trial, catalogue: Catalogue): FaultKind {
  const entry = catalogue.faults[trial.chaosType];
  return entry === undefined ? 'condition' : faultKind(entry, trial.chaosParams);
}

/** What a refused claim makes of its job. */
export function refusalOf(claim: Exclude<Claim, { kind: 'claimed' }>): Disposition {
  switch (claim.kind) {
    case 'busy':
      return { kind: 'later', delayMs: REFUSED_DELAY_MS };
    case 'wait':
      // A rest is looked at again every second: it can end early.
      return {
        kind: 'later',
        delayMs: claim.reason === 'backoff' ? claim.waitMs : Math.min(claim.waitMs, REFUSED_DELAY_MS),
      };
    case 'over':
      return claim.status === 'failed'
        ? { kind: 'failed', reason: claim.error ?? 'failed' }
        : { kind: 'done' };
  }
}

function dispositionOf(ended: Ended, restedMs: number, leaves: boolean): Disposition {
  if (ended.kind === 'stale') return { kind: 'done' };
  if (leaves && ended.trialStatus === 'pending') return { kind: 'give_back' };
  if (ended.trialStatus === 'pending') {
    return { kind: 'later', delayMs: Math.max(0, (ended.retryInMs ?? 0) - restedMs) };
  }
  return ended.trialStatus === 'failed'
    ? { kind: 'failed', reason: ended.error ?? 'failed' }
    : { kind: 'done' };
}

/** The local slot rests with the campaign's; a worker that is stopped meanwhile completes the job at once. */
async function rest(restMs: number, stopping: AbortSignal): Promise<void> {
  if (restMs === 0 || stopping.aborted) return;
  await delay(restMs, undefined, { signal: stopping }).catch(() => {});
}

/** The handler's face to the queue: an outage of Postgres must not lose the job. */
export function jobHandler(parts: JobParts): (job: TakenJob, campaign: Campaign) => Promise<Disposition> {
  return async (job, campaign) => {
    const log = parts.log.child({ campaign: campaign.id, trial: job.trialId });
    try {
      return await runJob(parts, job, campaign, log);
    } catch (error) {
      log.error({ error: describeError(error) }, 'could not work on a job');
      return parts.stopping.aborted ? { kind: 'give_back' } : { kind: 'later', delayMs: REFUSED_DELAY_MS };
    }
  };
}
