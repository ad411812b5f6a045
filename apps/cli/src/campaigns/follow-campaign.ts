import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs, OrdealError } from '@ordeal/core';
import type { Campaign, Progress, Store, Trial } from '@ordeal/store';
import { throughOutage } from '../installation/through-outage.ts';
import { spelled } from '../invocation/spelled.ts';
import { trialResult } from '../reports/format.ts';
import { ableWorkers, liveWorkers, noWorkerMessage } from './live-workers.ts';

/** What following asks of the store. */
export type FollowedStore = Pick<
  Store,
  'getCampaign' | 'progress' | 'listTrials' | 'getTrial' | 'liveWorkers'
>;

/** How often, and how patiently. */
export interface Pace {
  readonly lookEveryMs: number;
  /** A worker that was started together with us needs a moment to register. */
  readonly workerGraceMs: number;
  /** A trial of a dead worker is listed as running until another worker has lost it, which may take 20 s from that one's start. */
  readonly runningGraceMs: number;
  /** A restart of Postgres does not end a watch of hours. */
  readonly outageMs: number;
}

const PACE: Pace = { lookEveryMs: 500, workerGraceMs: 5_000, runningGraceMs: 30_000, outageMs: 60_000 };

/** A campaign as it stands just now, for whoever shows it. */
export interface Look {
  readonly campaign: Campaign;
  readonly running: readonly Trial[];
  /** Counted some time ago when there are many. */
  readonly progress: Progress;
}

interface Seen {
  readonly campaign: Campaign;
  readonly running: readonly Trial[];
  /** Executions that were running at the last look and are no longer, with their trials as they are now. */
  readonly left: readonly { trial: Trial; execution: number }[];
  /** Some live worker can run this campaign. */
  readonly manned: boolean;
}

/**
 * Tells what becomes of a campaign's trials, a line each, until it has ended. A look reads the running trials only;
 * the trials are counted at the end, and beside it only for `onLook`, because that costs 0.7 s for a million.
 *
 * A cancelled campaign with a trial that nobody ends, because its worker died, counts as ended after the grace.
 * @throws OrdealError NO_WORKER when `needsWorker` and no live worker can run it for longer than the grace;
 * POSTGRES_UNAVAILABLE after a minute without Postgres; the signal's reason when aborted
 */
export async function followCampaign(
  store: FollowedStore,
  campaignId: string,
  options: {
    say: (line: string) => void;
    needsWorker: boolean;
    /** Shows what runs, again and again. Without it a line tells of each trial's start. */
    onLook?: ((look: Look) => void) | undefined;
    signal?: AbortSignal | undefined;
    pace?: Pace;
  },
): Promise<{ campaign: Campaign; progress: Progress }> {
  const { say, needsWorker, onLook, signal, pace = PACE } = options;
  const patience = { say, signal, patienceMs: pace.outageMs, everyMs: pace.lookEveryMs };
  const told = new Map<string, number>();
  const count = countRarely(() => store.progress(campaignId));
  let mannedAtMs = monotonicMs();
  let wasPaused = false;
  for (;;) {
    signal?.throwIfAborted();
    let away = false;
    const { campaign, running, left, manned } = await throughOutage(() => lookAt(store, campaignId, told), {
      ...patience,
      say: (line) => {
        away = true;
        say(line);
      },
    });
    tellOf(running, left, told, { campaign, say, tellsStarts: onLook === undefined });
    if (onLook !== undefined) {
      onLook({ campaign, running, progress: await throughOutage(count, patience) });
    }
    wasPaused = tellPause(campaign, wasPaused, say);
    // Workers could not beat either while Postgres was away; and nobody has to run what is paused.
    if (manned || away || wasPaused) mannedAtMs = monotonicMs();
    const graceMs = running.length > 0 ? pace.runningGraceMs : pace.workerGraceMs;
    const deserted = monotonicMs() - mannedAtMs > graceMs;
    const ended = campaign.status === 'finished' || campaign.status === 'cancelled';
    if (ended && (running.length === 0 || deserted)) {
      // Counted after the end was seen, so that the last trial is in it.
      const progress = await throughOutage(() => store.progress(campaignId), patience);
      return { campaign, progress };
    }
    if (needsWorker && deserted) {
      throw new OrdealError('NO_WORKER', noWorkerMessage(campaign, await liveWorkers(store)));
    }
    await delay(pace.lookEveryMs, undefined, signal ? { signal } : {});
  }
}

/** Reads only, so that a look which an outage broke off can be taken again. */
async function lookAt(
  store: FollowedStore,
  campaignId: string,
  told: ReadonlyMap<string, number>,
): Promise<Seen> {
  // Status first: of a campaign that had ended then, no trial can be found running that ends later.
  const campaign = await store.getCampaign(campaignId);
  if (campaign === undefined) throw new OrdealError('NOT_FOUND', `no campaign ${campaignId}`);
  const [running, manned] = await Promise.all([
    store.listTrials(campaignId, { statuses: ['running'], limit: 1_000 }),
    liveWorkers(store).then((workers) => ableWorkers(campaign, workers).length > 0),
  ]);
  const left: { trial: Trial; execution: number }[] = [];
  for (const [id, execution] of told) {
    if (running.some((trial) => trial.id === id && trial.execution === execution)) continue;
    const trial = await store.getTrial(id);
    if (trial !== undefined) left.push({ trial, execution });
  }
  return { campaign, running, left, manned };
}

/** A count that costs much is made seldom: it takes a twentieth of the time at most. */
function countRarely(count: () => Promise<Progress>): () => Promise<Progress> {
  let last: Progress | undefined;
  let nextMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const startedMs = monotonicMs();
    if (last !== undefined && startedMs < nextMs) return last;
    last = await count();
    nextMs = monotonicMs() + 20 * (monotonicMs() - startedMs);
    return last;
  };
}

/** Says that a pause has begun or ended; true while it lasts. */
function tellPause(campaign: Campaign, wasPaused: boolean, say: (line: string) => void): boolean {
  const { id, status, pausedBy } = campaign;
  const isPaused = status === 'paused';
  if (isPaused && !wasPaused) {
    say(spelled(`Campaign ${id} is paused by ${pausedBy}. It goes on with: pnpm ordeal resume ${id}`));
  }
  if (wasPaused && status === 'running') say(`Campaign ${id} goes on.`);
  return isPaused;
}

/** Says what is new since the last look, and keeps in `told` which executions it has said to run. */
function tellOf(
  running: readonly Trial[],
  left: Seen['left'],
  told: Map<string, number>,
  to: { campaign: Campaign; say: (line: string) => void; tellsStarts: boolean },
): void {
  const line = (trial: Trial, what: string): void =>
    to.say(`Trial ${trial.position + 1}/${to.campaign.trialCount}: ${trial.key} ${what}`);
  for (const { trial, execution } of left) {
    told.delete(trial.id);
    const again = trial.status === 'pending' || trial.status === 'running';
    line(trial, again ? `execution ${execution} ended without a result, runs again` : trialResult(trial));
  }
  for (const trial of running) {
    if (told.has(trial.id)) continue;
    told.set(trial.id, trial.execution);
    if (to.tellsStarts) line(trial, '...');
  }
}
