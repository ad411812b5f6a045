import { setTimeout as delay } from 'node:timers/promises';
import { OrdealError } from '@ordeal/core';
import type { Campaign, Progress, Store } from '@ordeal/store';
import { canRun } from '@ordeal/worker';
import { trialResult } from './format.ts';

const LOOK_EVERY_MS = 500;
/** A worker beats every 2 s; one that has not for this long is not there. */
const WORKER_SILENT_MS = 10_000;
/** A worker that was started together with us needs a moment to register. */
const WORKER_GRACE_MS = 5_000;

/**
 * Tells what becomes of a campaign's trials, a line each, until it has ended. Only running trials are looked at,
 * so that a campaign of a million costs no more than one of ten.
 * @throws OrdealError NO_WORKER when `needsWorker` and no live worker can run it and none is at it; the signal's reason when aborted
 */
export async function followCampaign(
  store: Store,
  campaignId: string,
  options: { say: (line: string) => void; needsWorker: boolean; signal?: AbortSignal | undefined },
): Promise<{ campaign: Campaign; progress: Progress }> {
  const { say, needsWorker, signal } = options;
  const running = new Map<string, number>();
  let workerSeenMs = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    const [campaign, progress, now] = await Promise.all([
      store.getCampaign(campaignId),
      store.progress(campaignId),
      store.listTrials(campaignId, { statuses: ['running'], limit: 1_000 }),
    ]);
    if (campaign === undefined) throw new OrdealError('NOT_FOUND', `no campaign ${campaignId}`);
    for (const [id, execution] of running) {
      if (now.some((trial) => trial.id === id && trial.execution === execution)) continue;
      running.delete(id);
      const trial = await store.getTrial(id);
      if (trial === undefined) continue;
      const again = trial.status === 'pending' || trial.status === 'running';
      const what = again ? `execution ${execution} ended without a result, runs again` : trialResult(trial);
      say(`Trial ${trial.position + 1}/${progress.total}: ${trial.key} ${what}`);
    }
    for (const trial of now) {
      if (running.has(trial.id)) continue;
      running.set(trial.id, trial.execution);
      say(`Trial ${trial.position + 1}/${progress.total}: ${trial.key} ...`);
    }
    if (campaign.status === 'finished' || campaign.status === 'cancelled') {
      if (running.size === 0) return { campaign, progress };
    }
    if (needsWorker) {
      if (now.length > 0 || (await someWorkerCanRun(store, campaign))) workerSeenMs = performance.now();
      else if (performance.now() - workerSeenMs > WORKER_GRACE_MS) {
        throw new OrdealError('NO_WORKER', noWorkerMessage(campaign));
      }
    }
    await delay(LOOK_EVERY_MS, undefined, signal ? { signal } : {});
  }
}

export async function someWorkerCanRun(store: Store, campaign: Campaign): Promise<boolean> {
  const workers = await store.liveWorkers(WORKER_SILENT_MS);
  return workers.some((worker) => canRun(campaign.needs, worker.capabilities));
}

export function noWorkerMessage(campaign: Campaign): string {
  return `no live worker can run campaign ${campaign.id} (it needs ${campaign.needs.join(', ')}): it waits, and holds up nobody else`;
}
