import { OrdealError } from '@ordeal/core';
import type { Campaign, CampaignActivity, Progress, Store } from '@ordeal/store';
import { type Waiting, whyItWaits } from './waiting.ts';
import type { WorkerStatusReport } from './worker-status.ts';

/** A loss is news for this long. */
const LOST_WITHIN_MS = 3_600_000;
/** A worker that fell silent without a word is shown for this long. */
const SILENT_WITHIN_MS = 600_000;

export interface CampaignStatusReport {
  readonly campaign: Campaign;
  readonly progress: Progress;
  readonly activity: CampaignActivity;
  /** Why pending trials do not start, the strongest reason first; empty when none is pending. */
  readonly waiting: readonly Waiting[];
}

export interface StatusReport {
  /** By number. */
  readonly campaigns: readonly CampaignStatusReport[];
  readonly workers: readonly WorkerStatusReport[];
}

type StatusStore = Pick<
  Store,
  'getCampaign' | 'listCampaigns' | 'progress' | 'campaignActivity' | 'liveWorkers' | 'slotsByWorker'
>;

/**
 * What runs where, and what waits for what: of one campaign, or of all open ones. Reads Postgres only.
 * @throws OrdealError NOT_FOUND for an unknown campaign; POSTGRES_UNAVAILABLE.
 */
export async function readStatus(store: StatusStore, campaignId?: string): Promise<StatusReport> {
  const [campaigns, workers] = await Promise.all([campaignsOf(store, campaignId), workersOf(store)]);
  const byNumber = campaigns.toSorted((one, other) => Number(one.id) - Number(other.id));
  const reports: CampaignStatusReport[] = [];
  // One by one: the campaigns of a busy installation would otherwise fight for a few connections.
  for (const campaign of byNumber) reports.push(await reportOf(store, campaign, workers));
  return { campaigns: reports, workers };
}

async function campaignsOf(store: StatusStore, campaignId: string | undefined): Promise<Campaign[]> {
  if (campaignId === undefined) {
    return store.listCampaigns({ statuses: ['pending', 'running', 'paused'], limit: 1_000 });
  }
  const campaign = await store.getCampaign(campaignId);
  if (campaign === undefined) throw new OrdealError('NOT_FOUND', `no campaign ${campaignId}`);
  return [campaign];
}

async function workersOf(store: StatusStore): Promise<WorkerStatusReport[]> {
  const [workers, slots] = await Promise.all([store.liveWorkers(SILENT_WITHIN_MS), store.slotsByWorker()]);
  return workers.map((worker) => ({ ...worker, ...(slots.get(worker.id) ?? { live: 0, resting: 0 }) }));
}

async function reportOf(
  store: StatusStore,
  campaign: Campaign,
  workers: readonly WorkerStatusReport[],
): Promise<CampaignStatusReport> {
  const [progress, activity] = await Promise.all([
    store.progress(campaign.id),
    store.campaignActivity(campaign.id, LOST_WITHIN_MS),
  ]);
  return {
    campaign,
    progress,
    activity,
    waiting: whyItWaits({ campaign, progress, activity, workers }),
  };
}
