import { join } from 'node:path';
import type { CampaignConfig } from '@ordeal/campaign';
import { defaultSettings, type Settings } from '@ordeal/config';
import { OrdealError } from '@ordeal/core';
import type { Campaign, Progress } from '@ordeal/store';
import { canRun, fetchImages, findCapabilities, startWorker } from '@ordeal/worker';
import type { Installation } from '../installation/installation.ts';
import { workerLog } from '../installation/worker-log.ts';
import { enqueueCampaign } from './enqueue-campaign.ts';
import { followCampaign, type Look } from './follow-campaign.ts';
import { lacks } from './live-workers.ts';
import { needsOf, type Offer } from './offers.ts';

/**
 * Enqueues a campaign and runs it with a worker in this process, until it has ended, and with it every older one
 * that was waiting and that this worker can run: what a killed run left behind is finished too.
 * @throws OrdealError UNSUPPORTED before anything is written when this process could not run it
 *
 * @example
 * await using installation = await openInstallation();
 * const config = await loadCampaignConfig('campaign.yaml');
 * const { progress } = await runCampaign(config, installation);
 */
export async function runCampaign(
  config: CampaignConfig,
  installation: Installation,
  options: {
    /** Default: what is built in. */
    settings?: Settings;
    slots?: number;
    /** See `WorkerOptions`. */
    operatorDb?: string | undefined;
    say?: (line: string) => void;
    onEnqueued?: (campaign: Campaign) => void;
    /** See `followCampaign`; told of every campaign that is gone on with. */
    onLook?: ((look: Look) => void) | undefined;
    signal?: AbortSignal;
  } = {},
): Promise<{ campaign: Campaign; progress: Progress }> {
  const { settings = defaultSettings, operatorDb } = options;
  await fetchImages(settings, subjectsOnDocker(config), options.say ?? (() => {}), options.signal);
  checkRunnable(config, await ownOffer(settings, operatorDb));
  const { store, folders } = installation;
  const queues = await installation.queues();
  const campaign = await enqueueCampaign(config, { store, queues });
  options.onEnqueued?.(campaign);
  const worker = await startWorker({
    store,
    queues,
    folders,
    settings,
    log: workerLog(join(folders.home, 'worker.log')),
    slots: options.slots ?? settings.slots,
    operatorDb,
    wanted: (other) => Number(other.id) <= Number(campaign.id),
  });
  try {
    const say = options.say ?? (() => {});
    const open = await store.listCampaigns({ statuses: ['pending', 'running'], limit: 1_000 });
    const older = open
      .filter((other) => Number(other.id) < Number(campaign.id) && canRun(other.needs, worker.capabilities))
      .sort((a, b) => Number(a.id) - Number(b.id));
    for (const other of older) {
      say(`Campaign ${other.id} (${other.name}) was not finished: going on with it.`);
    }
    const follows = [...older, campaign].map((each) =>
      followCampaign(store, each.id, {
        say: (line) => say(each.id === campaign.id ? line : `[campaign ${each.id}] ${line}`),
        needsWorker: false,
        onLook: options.onLook,
        signal: options.signal,
      }),
    );
    const ended = await Promise.all(follows);
    const own = ended.at(-1);
    if (own === undefined) throw new OrdealError('INTERNAL', 'the campaign was not followed');
    return own;
  } finally {
    await worker.stop();
  }
}

/** What a worker in this process would offer. */
export async function ownOffer(settings: Settings, operatorDb: string | undefined): Promise<Offer> {
  return { name: 'a worker in this process', ...(await findCapabilities(settings, operatorDb)) };
}

/** Only their images: whoever wants one campaign need not wait for those of all subjects. */
function subjectsOnDocker({ cells }: CampaignConfig): string[] {
  return [...new Set(cells.filter(({ runtime }) => runtime === 'docker').map(({ subject }) => subject))];
}

function checkRunnable(config: CampaignConfig, offer: Offer): void {
  const needs = needsOf(config);
  if (canRun(needs, offer.can)) return;
  throw new OrdealError(
    'UNSUPPORTED',
    `${offer.name} cannot run ${lacks(needs, offer)}: nothing was enqueued`,
  );
}
