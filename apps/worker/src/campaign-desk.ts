import { describeError } from '@ordeal/core';
import { type Consumer, type Disposition, type JobQueues, reconcile, type TakenJob } from '@ordeal/queue';
import type { Campaign, Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { canRun } from './capabilities.ts';
import { every, type Loop } from './loop.ts';
import { shareSlots } from './share-slots.ts';

/** Notifications make it quick; this poll makes it certain. Also how often shares rotate. */
const POLL_MS = 2_000;

interface Desk {
  readonly campaign: Campaign;
  readonly consumer: Consumer;
}

/**
 * Keeps one consumer per running campaign that this worker can run whole, puts right queues that lack jobs
 * (a producer that died, a Redis that forgot), and shares the slots.
 */
export function startCampaignDesk(parts: {
  store: Store;
  queues: JobQueues;
  slots: number;
  capabilities: readonly string[];
  /** Limits the worker to some campaigns; undefined: all. */
  wanted: ((campaign: Campaign) => boolean) | undefined;
  handler: (job: TakenJob) => Promise<Disposition>;
  log: Logger;
}): Loop & { closeAll(timeoutMs: number): Promise<void>; kick(): void } {
  const { store, queues, slots, capabilities, wanted, handler, log } = parts;
  const desks = new Map<string, Desk>();
  let turn = 0;

  async function look(): Promise<void> {
    try {
      const open = await store.listCampaigns({ statuses: ['pending', 'running'], limit: 1_000 });
      const ours = open
        .filter((campaign) => canRun(campaign.needs, capabilities) && (wanted?.(campaign) ?? true))
        .sort((a, b) => Number(a.id) - Number(b.id));
      for (const campaign of ours) await keepQueue(campaign);
      await closeEnded(new Set(ours.map((campaign) => campaign.id)));
      for (const campaign of ours) openDesk(campaign);
      share();
    } catch (error) {
      log.warn({ error: describeError(error) }, 'could not look for campaigns');
    }
  }

  /** Reconciles when jobs are missing: cheap to ask, and idempotent when two workers do it at once. */
  async function keepQueue(campaign: Campaign): Promise<void> {
    const [progress, counts] = await Promise.all([store.progress(campaign.id), queues.counts(campaign.id)]);
    const jobs = ['waiting', 'active', 'delayed', 'prioritized', 'paused'].reduce(
      (sum, state) => sum + (counts[state] ?? 0),
      0,
    );
    if (progress.pending + progress.running === 0) {
      // A job that waits though no trial does is a retry pressed in Bull Board: its claim reopens the trial.
      if (jobs === 0) await store.finishIfDone(campaign.id);
    } else if (campaign.status === 'pending' || jobs < progress.pending) {
      await reconcile(store, queues, campaign.id);
    }
  }

  async function closeEnded(openIds: ReadonlySet<string>): Promise<void> {
    for (const [id, desk] of desks) {
      if (openIds.has(id)) continue;
      desk.consumer.setConcurrency(0);
      // Its last jobs may still rest; they are closed at a later look.
      if (desk.consumer.held > 0) continue;
      desks.delete(id);
      await desk.consumer.close(5_000);
    }
  }

  function openDesk(campaign: Campaign): void {
    if (desks.has(campaign.id)) return;
    const consumer = queues.consume(campaign.id, handler, (error) =>
      log.warn({ campaign: campaign.id, error: describeError(error) }, 'queue problem'),
    );
    desks.set(campaign.id, { campaign, consumer });
  }

  function share(): void {
    turn += 1;
    const wishes = [...desks.values()].map(({ campaign, consumer }) => ({
      campaignId: campaign.id,
      most: campaign.parallel,
      held: consumer.held,
    }));
    for (const [id, concurrency] of shareSlots(slots, wishes, turn)) {
      desks.get(id)?.consumer.setConcurrency(concurrency);
    }
  }

  const loop = every(POLL_MS, look);
  return {
    now: () => loop.now(),
    kick: () => loop.now(),
    stop: () => loop.stop(),
    async closeAll(timeoutMs) {
      for (const desk of desks.values()) desk.consumer.setConcurrency(0);
      await Promise.all([...desks.values()].map((desk) => desk.consumer.close(timeoutMs)));
      desks.clear();
    },
  };
}
