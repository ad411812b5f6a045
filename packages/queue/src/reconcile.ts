import { OrdealError } from '@ordeal/core';
import type { Store, Trial } from '@ordeal/store';
import type { JobQueues, TrialJob } from './queue.ts';
import { alignThrottle } from './throttle.ts';

const PAGE = 1_000;

/** What `reconcile` asks of the store. */
type ReconcileStore = Pick<Store, 'getCampaign' | 'listTrials' | 'liveExecutions' | 'markRunning'>;

/**
 * Has lost trials delivered at once: their jobs may be forgotten, or locked by a dead worker, or kept waiting by a slot of the
 * queue that a job has which a dead worker never came to run. So whatever is held though its trial is pending goes back; a
 * living worker that holds it is refused when it puts it back itself, and says so in its log.
 *
 * @throws OrdealError REDIS_UNAVAILABLE, POSTGRES_UNAVAILABLE; can be repeated
 */
export async function redeliver(
  store: Pick<Store, 'getTrial'>,
  queues: JobQueues,
  campaignId: string,
  trialIds: readonly string[],
): Promise<void> {
  const trials = await Promise.all(trialIds.map((id) => store.getTrial(id)));
  const jobs = trials.flatMap((trial) => (trial?.status === 'pending' ? [jobOf(trial)] : []));
  await queues.addTrials(campaignId, jobs);
  for (const job of await queues.heldJobs(campaignId)) {
    const trial = await store.getTrial(job.trialId);
    if (trial?.status === 'pending') await queues.takeBack(campaignId, job);
  }
}

/**
 * Makes a campaign's queue what Postgres says it should be: completes an enqueue that died half way, rebuilds a
 * queue that was lost, gives retried trials their jobs. Can be repeated at any time, by anyone.
 *
 * @param options.signal leaves off between two pages of 1,000
 * @throws OrdealError NOT_FOUND for an unknown campaign; REDIS_UNAVAILABLE, POSTGRES_UNAVAILABLE; the signal's reason
 */
export async function reconcile(
  store: ReconcileStore,
  queues: JobQueues,
  campaignId: string,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const campaign = await store.getCampaign(campaignId);
  if (campaign === undefined) throw new OrdealError('NOT_FOUND', `There is no campaign ${campaignId}`);
  switch (campaign.status) {
    case 'cancelled':
      await queues.dropWaiting(campaignId);
      return;
    case 'finished':
      return;
    case 'pending':
    case 'running':
    case 'paused':
      // First of all: jobs without a cap could start in any number.
      await alignThrottle(queues, campaign);
      await queues.ensureTrials(campaignId, pendingJobs(store, campaignId, options.signal));
      if (campaign.status === 'pending') await store.markRunning(campaignId);
      return;
  }
}

/** The jobs of all pending trials in order of position, a page at a time. A backoff is the claim's business. */
async function* pendingJobs(
  store: ReconcileStore,
  campaignId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly TrialJob[], void> {
  let after: number | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const trials = await store.listTrials(campaignId, {
      statuses: ['pending'],
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    const last = trials.at(-1);
    if (last === undefined) return;
    const live = new Set((await store.liveExecutions()).map((execution) => execution.trialId));
    yield trials.filter((trial) => !live.has(trial.id)).map(jobOf);
    after = last.position;
  }
}

function jobOf({ id, key, generation }: Trial): TrialJob {
  return { trialId: id, key, generation };
}
