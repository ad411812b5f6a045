import { describeError } from '@ordeal/core';
import { alignThrottle, type JobQueues, reconcile, redeliver } from '@ordeal/queue';
import type { Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { every, type Loop } from './loop.ts';

/** How often a worker asks whether a check is due; one cheap statement. */
const ASK_EVERY_MS = 2_000;
/** Counting a big campaign's trials costs Postgres; nothing is lost if a missing job is missed for a while. */
const CHECK_EVERY_MS = 10_000;

/** Of an execution that is lost now. */
export interface LostTrial {
  readonly campaignId: string;
  readonly trialId: string;
}

export interface QueueKeeper extends Loop {
  /** Sees at once that the trial has a job that nobody holds: its worker may have taken it along, or Redis have forgotten it. */
  lost(trial: LostTrial): void;
}

/**
 * Keeps the queues of open campaigns what Postgres says they should be, whoever changed them: a producer that died,
 * a Redis that forgot, a clock that was set back, a button in Bull Board. And brings to its end what was cancelled half
 * way. Each check is made by one worker, whichever asks first; in a loop of its own, because to build the queue of a huge
 * campaign must not keep others from their slots.
 */
export function startQueueKeeper(parts: {
  store: Store;
  queues: JobQueues;
  log: Logger;
  /** Default 10 s. Lower: more load on Postgres. Higher: what was deleted is missed for longer. */
  checkEveryMs?: number;
}): QueueKeeper {
  const { store, queues, log, checkEveryMs = CHECK_EVERY_MS } = parts;
  const stopping = new AbortController();
  /** By campaign: those whose job has not been seen to. */
  const lost = new Map<string, string[]>();

  async function look(): Promise<void> {
    for (const [campaignId, trialIds] of [...lost]) await deliver(campaignId, trialIds);
    await check();
  }

  async function deliver(campaignId: string, trialIds: readonly string[]): Promise<void> {
    lost.delete(campaignId);
    try {
      await redeliver(store, queues, campaignId, trialIds);
    } catch (error) {
      lost.set(campaignId, [...trialIds, ...(lost.get(campaignId) ?? [])]);
      log.warn({ campaign: campaignId, error: describeError(error) }, 'could not have lost trials delivered');
    }
  }

  async function check(): Promise<void> {
    try {
      for (const id of await store.takeQueueChecks(checkEveryMs)) {
        if (stopping.signal.aborted) return;
        await keepQueue(id).catch((error: unknown) => {
          if (stopping.signal.aborted) return;
          log.warn({ campaign: id, error: describeError(error) }, 'could not check a queue');
        });
      }
    } catch (error) {
      log.warn({ error: describeError(error) }, 'could not ask which queues to check');
    }
  }

  async function keepQueue(id: string): Promise<void> {
    const campaign = await store.getCampaign(id);
    if (campaign === undefined || campaign.status === 'finished') return;
    if (campaign.status === 'cancelled') {
      await store.cancelCampaign(id);
      await reconcile(store, queues, id);
      return;
    }
    const found = await alignThrottle(queues, campaign);
    if (found.length > 0)
      log.warn({ campaign: id, found }, 'a queue was not what its campaign says: put right');
    const counts = await queues.counts(id);
    const { pending, running } = await store.progress(id);
    if (pending + running === 0) {
      await store.finishIfDone(id);
      return;
    }
    // Running and resting trials hold active jobs; a pending one whose job a dead worker still holds costs a needless
    // and harmless repeat.
    const missing = pending - counts.waiting - counts.prioritized - counts.delayed;
    if (missing <= 0 && campaign.status !== 'pending') return;
    await reconcile(store, queues, id, { signal: stopping.signal });
    if (missing > 0) log.info({ campaign: id, missing }, 'gave pending trials their jobs');
  }

  const loop = every(Math.min(ASK_EVERY_MS, checkEveryMs), look);
  return {
    now: () => loop.now(),
    lost({ campaignId, trialId }) {
      lost.set(campaignId, [...(lost.get(campaignId) ?? []), trialId]);
      loop.now();
    },
    stop() {
      stopping.abort();
      return loop.stop();
    },
  };
}
