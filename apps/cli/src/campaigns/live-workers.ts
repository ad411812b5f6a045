import type { Campaign, Store, WorkerRow } from '@ordeal/store';
import { canRun } from '@ordeal/worker';
import { type Offer, whyNot } from './offers.ts';

/** A worker beats every 2 s; one that has not for this long is not there. */
const WORKER_SILENT_MS = 10_000;

/** What a worker says of itself, as far as it decides what it can run. */
type Offering = Pick<WorkerRow, 'id' | 'capabilities' | 'cannot'>;

export function liveWorkers(store: Pick<Store, 'liveWorkers'>): Promise<WorkerRow[]> {
  return store.liveWorkers(WORKER_SILENT_MS);
}

/** Why nobody runs a campaign: who is there, and what each of them lacks. The first line stands for itself. */
export function noWorkerMessage(
  campaign: Pick<Campaign, 'id' | 'needs'>,
  workers: readonly Offering[],
): string {
  const offers = workers.map(offerOf);
  const waits = `campaign ${campaign.id}: it waits, and holds up nobody else`;
  if (offers.length === 0) {
    return `no worker is live that could run ${waits} (it needs ${campaign.needs.join(', ')})`;
  }
  const each = offers.map((offer) => `  ${offer.name} cannot run ${lacks(campaign.needs, offer)}`);
  const several = campaign.needs.every((need) => offers.some(({ can }) => can.includes(need)));
  const hint = several
    ? ['  Each part could be run by one of them, but a worker takes only campaigns that it can run whole.']
    : [];
  return [`no live worker can run ${waits}`, ...each, ...hint].join('\n');
}

export function offerOf({ id, capabilities, cannot }: Offering): Offer {
  return { name: `worker ${id}`, can: capabilities, cannot };
}

/** `tikv/docker/latency, tikv/docker/none (this version has no Docker runtime)`: what has the same reason stands together. */
export function lacks(needs: readonly string[], offer: Offer): string {
  const reasons = Map.groupBy(
    needs.filter((need) => !offer.can.includes(need)),
    (need) => whyNot(need, offer) ?? '',
  );
  return [...reasons].map(([why, missing]) => `${missing.join(', ')} (${why})`).join('; ');
}

/** It beat once, and does not any more. */
export function isSilent(worker: Pick<WorkerRow, 'silentMs'>): boolean {
  return worker.silentMs > WORKER_SILENT_MS;
}

/** Those of the workers that are there and can run the campaign. */
export function ableWorkers<W extends Pick<WorkerRow, 'silentMs' | 'capabilities'>>(
  campaign: Pick<Campaign, 'needs'>,
  workers: readonly W[],
): W[] {
  return workers.filter((worker) => !isSilent(worker) && canRun(campaign.needs, worker.capabilities));
}
