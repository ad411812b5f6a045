import { describeError } from '@ordeal/core';
import { type Consumer, type Disposition, JobProblem, type JobQueues, type TakenJob } from '@ordeal/queue';
import type { Campaign, Store, WaitingTrials } from '@ordeal/store';
import type { Logger } from 'pino';
import { canRun } from './capabilities.ts';
import { every, type Loop } from './loop.ts';
import { shareSlots } from './share-slots.ts';
import { SlotUse } from './slot-use.ts';

/** Notifications make it quick; this poll makes it certain. Also how soon a slot goes to whoever needs it. */
const POLL_MS = 2_000;

/** However many trials end, campaigns are not looked at more often. */
const LOOK_GAP_MS = 1_000;

interface Desk {
  readonly campaign: Campaign;
  readonly consumer: Consumer;
  /** Its campaign runs: jobs may be taken. */
  isOpen: boolean;
  readonly use: SlotUse;
}

export interface CampaignDesk extends Loop {
  /** No job is taken from now on. */
  takeNothing(): void;
  /** Resolves when the jobs in hand are disposed of, or somewhat after the time-out. */
  closeAll(timeoutMs: number): Promise<void>;
}

/** Keeps one consumer per running campaign that this worker can run whole, and shares the slots among them. */
export function startCampaignDesk(parts: {
  store: Pick<Store, 'listCampaigns' | 'waitingTrials'>;
  queues: JobQueues;
  slots: number;
  capabilities: readonly string[];
  /** Limits the worker to some campaigns; undefined: all. */
  wanted: ((campaign: Campaign) => boolean) | undefined;
  handler: (job: TakenJob, campaign: Campaign) => Promise<Disposition>;
  /** Told at each look what the running campaigns still have to do. */
  onWaiting: (waiting: ReadonlyMap<string, WaitingTrials>) => void;
  log: Logger;
}): CampaignDesk {
  const { store, queues, slots, capabilities, wanted, handler, onWaiting, log } = parts;
  const desks = new Map<string, Desk>();
  let turn = 0;
  let isClosed = false;

  async function look(): Promise<void> {
    try {
      // A paused campaign is none of these: what it holds here ends, and its slots go to others.
      const open = await store.listCampaigns({ statuses: ['pending', 'running'], limit: 1_000 });
      const ours = open
        .filter((campaign) => canRun(campaign.needs, capabilities) && (wanted?.(campaign) ?? true))
        .sort((a, b) => Number(a.id) - Number(b.id));
      await closeEnded(new Set(ours.map((campaign) => campaign.id)));
      const waiting = ours.length === 0 ? new Map<string, WaitingTrials>() : await store.waitingTrials();
      if (isClosed) return;
      for (const campaign of ours) openDesk(campaign);
      share(waiting);
      onWaiting(waiting);
    } catch (error) {
      log.warn({ error: describeError(error) }, 'could not look for campaigns');
    }
  }

  async function closeEnded(openIds: ReadonlySet<string>): Promise<void> {
    for (const [id, desk] of desks) {
      desk.isOpen = openIds.has(id);
      if (desk.isOpen) continue;
      desk.consumer.setConcurrency(0);
      // Its last jobs may still run or rest; they are closed at a later look.
      if (desk.consumer.held > 0) continue;
      desks.delete(id);
      await desk.consumer.close(5_000);
    }
  }

  function openDesk(campaign: Campaign): void {
    if (desks.has(campaign.id)) return;
    const consumer = queues.consume(
      campaign.id,
      (job) => handler(job, campaign),
      (error) => {
        const trial = error instanceof JobProblem ? { trial: error.trialId } : {};
        log.warn({ campaign: campaign.id, ...trial, error: describeError(error) }, 'queue problem');
      },
    );
    desks.set(campaign.id, { campaign, consumer, isOpen: true, use: new SlotUse(turn) });
  }

  function share(waiting: ReadonlyMap<string, WaitingTrials>): void {
    turn += 1;
    const wishes = [...desks.values()].map(({ campaign: { id, parallel }, consumer, isOpen, use }) => {
      const { held, taken } = consumer;
      const most = isOpen ? parallel : 0;
      const startable = waiting.get(id)?.startable ?? 0;
      return use.wish({ campaignId: id, most, held, taken, startable });
    });
    const shares = shareSlots(slots, wishes);
    for (const wish of wishes) {
      const share = shares.get(wish.campaignId) ?? 0;
      const desk = desks.get(wish.campaignId);
      desk?.consumer.setConcurrency(share);
      desk?.use.given(turn, wish, share);
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
