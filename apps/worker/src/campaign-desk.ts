import { describeError, monotonicMs } from '@ordeal/core';
import {
  type Consumer,
  type Disposition,
  JobProblem,
  type JobQueues,
  reconcile,
  type TakenJob,
} from '@ordeal/queue';
import type { Campaign, Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { canRun } from './capabilities.ts';
import { every, type Loop } from './loop.ts';
import { shareSlots } from './share-slots.ts';

/** Notifications make it quick; this poll makes it certain. Also how often shares rotate. */
const POLL_MS = 2_000;

/** However many trials end, campaigns are not looked at more often. */
const LOOK_GAP_MS = 1_000;
/** Counting a big campaign's trials costs Postgres; nothing is lost if a missing job is missed for a while. */
const CHECK_QUEUE_EVERY_MS = 10_000;

interface Desk {
  readonly campaign: Campaign;
  readonly consumer: Consumer;
}

export interface CampaignDesk extends Loop {
  /** No job is taken from now on. */
  takeNothing(): void;
  /** Resolves when the jobs in hand are disposed of, or somewhat after the time-out. */
  closeAll(timeoutMs: number): Promise<void>;
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
  handler: (job: TakenJob, campaignId: string) => Promise<Disposition>;
  log: Logger;
}): CampaignDesk {
  const { store, queues, slots, capabilities, wanted, handler, log } = parts;
  const desks = new Map<string, Desk>();
  const queueCheckedMs = new Map<string, number>();
  let turn = 0;
  let isClosed = false;

  async function look(): Promise<void> {
    try {
      const open = await store.listCampaigns({ statuses: ['pending', 'running'], limit: 1_000 });
      const ours = open
        .filter((campaign) => canRun(campaign.needs, capabilities) && (wanted?.(campaign) ?? true))
        .sort((a, b) => Number(a.id) - Number(b.id));
      const ids = new Set(ours.map((campaign) => campaign.id));
      await closeEnded(ids);
      for (const id of queueCheckedMs.keys()) if (!ids.has(id)) queueCheckedMs.delete(id);
      if (isClosed) return;
      for (const campaign of ours) openDesk(campaign);
      share();
      // Last, and one by one: to build the queue of a huge campaign must not keep the others from their slots.
      for (const campaign of ours) {
        if (isClosed) return;
        await keepQueue(campaign).catch((error: unknown) =>
          log.warn({ campaign: campaign.id, error: describeError(error) }, 'could not check a queue'),
        );
      }
    } catch (error) {
      log.warn({ error: describeError(error) }, 'could not look for campaigns');
    }
  }

  /** Reconciles when jobs are missing; idempotent when two workers do it at once. */
  async function keepQueue(campaign: Campaign): Promise<void> {
    const counts = await queues.counts(campaign.id);
    const sum = (states: readonly string[]): number =>
      states.reduce((total, state) => total + (counts[state] ?? 0), 0);
    const waiting = sum(['waiting', 'delayed', 'prioritized', 'paused']);
    const jobs = waiting + sum(['active']);
    const checkedMs = queueCheckedMs.get(campaign.id) ?? Number.NEGATIVE_INFINITY;
    const isDue = monotonicMs() - checkedMs >= CHECK_QUEUE_EVERY_MS;
    if (campaign.status === 'running' && jobs > 0 && !isDue) return;
    queueCheckedMs.set(campaign.id, monotonicMs());
    const { pending, running } = await store.progress(campaign.id);
    if (pending + running === 0) {
      // A job that waits though no trial does is a retry pressed in Bull Board: its claim reopens the trial.
      if (jobs === 0) await store.finishIfDone(campaign.id);
      return;
    }
    // Running and resting trials hold active jobs; a pending one whose job a dead worker still holds costs a needless
    // and harmless repeat.
    if (campaign.status === 'pending' || waiting < pending) await reconcile(store, queues, campaign.id);
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
    const consumer = queues.consume(
      campaign.id,
      (job) => handler(job, campaign.id),
      (error) => {
        const trial = error instanceof JobProblem ? { trial: error.trialId } : {};
        log.warn({ campaign: campaign.id, ...trial, error: describeError(error) }, 'queue problem');
      },
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

  function takeNothing(): void {
    isClosed = true;
    for (const desk of desks.values()) desk.consumer.setConcurrency(0);
  }

  const loop = every(POLL_MS, look, LOOK_GAP_MS);
  return {
    now: () => loop.now(),
    stop: () => loop.stop(),
    takeNothing,
    async closeAll(timeoutMs) {
      takeNothing();
      await Promise.all([...desks.values()].map((desk) => desk.consumer.close(timeoutMs)));
      desks.clear();
    },
  };
}
