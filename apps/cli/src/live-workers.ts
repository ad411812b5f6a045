import type { Campaign, Store, WorkerRow } from '@ordeal/store';
import { canRun } from '@ordeal/worker';

/** A worker beats every 2 s; one that has not for this long is not there. */
const WORKER_SILENT_MS = 10_000;

export async function someWorkerCanRun(
  store: Pick<Store, 'liveWorkers'>,
  campaign: Pick<Campaign, 'needs'>,
): Promise<boolean> {
  const workers = await store.liveWorkers(WORKER_SILENT_MS);
  return workers.some((worker) => canRun(campaign.needs, worker.capabilities));
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

export function noWorkerMessage(campaign: Campaign): string {
  return `no live worker can run campaign ${campaign.id} (it needs ${campaign.needs.join(', ')}): it waits, and holds up nobody else`;
}
