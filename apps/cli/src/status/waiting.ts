import type { Campaign, CampaignActivity, Progress } from '@ordeal/store';
import { ableWorkers, isSilent, noWorkerMessage } from '../campaigns/live-workers.ts';
import { clockTime, spanOf } from './clock.ts';
import type { WorkerStatusReport } from './worker-status.ts';

/** One reason why pending trials do not start. */
export interface Waiting {
  readonly reason: 'paused' | 'enqueueing' | 'no_worker' | 'backoff' | 'cap' | 'workers_full' | 'starting';
  readonly text: string;
}

/** Why a campaign's pending trials do not start, the strongest reason first. Pure. */
export function whyItWaits(of: {
  campaign: Campaign;
  progress: Progress;
  activity: CampaignActivity;
  workers: readonly WorkerStatusReport[];
}): Waiting[] {
  const { campaign, progress, activity, workers } = of;
  const { id, status, parallel } = campaign;
  const { live, resting, backoff } = activity;
  const reasons: Waiting[] = [];
  const say = (reason: Waiting['reason'], text: string): number => reasons.push({ reason, text });

  if (status === 'paused') {
    const goesOn = live.length > 0 ? '; what runs goes on to its end' : '';
    const who = `paused by ${campaign.pausedBy} at ${clockTime(campaign.pausedAt)}`;
    say('paused', `${who}${goesOn}. Go on with: pnpm ordeal resume ${id}`);
  }
  if (progress.pending === 0) return reasons;
  if (status === 'pending') say('enqueueing', 'its queue is still being filled');
  const able = ableWorkers(campaign, workers);
  if (able.length === 0) {
    const there = workers.filter((worker) => !isSilent(worker));
    say('no_worker', noWorkerMessage(campaign, there));
  }
  const [next] = backoff.next;
  if (next !== undefined && backoff.count === progress.pending) {
    say('backoff', `all have failed before, and the next one tries again in ${spanOf(next.againInMs)}`);
    return reasons;
  }
  const [soonest] = resting;
  if (live.length + resting.length >= parallel) {
    const rest = soonest === undefined ? '' : `, ${restOf(resting.length, soonest)}`;
    say('cap', `${live.length} of ${parallel} slots in use${rest}`);
  } else if (able.length > 0 && status === 'running') {
    const slots = able.reduce((sum, worker) => sum + worker.slots, 0);
    const used = able.reduce((sum, worker) => sum + worker.live + worker.resting, 0);
    if (used >= slots) say('workers_full', `all ${slots} slots of the workers that can run it are in use`);
    else say('starting', 'a worker takes them within seconds');
  }
  return reasons;
}

function restOf(count: number, soonest: { removing: boolean; freeInMs: number }): string {
  const what = count === 1 ? '1 resting' : `${count} resting`;
  // Before the instance is removed nobody knows how long the slot will rest from then.
  return soonest.removing ? what : `${what}, free in ${spanOf(soonest.freeInMs)}`;
}
