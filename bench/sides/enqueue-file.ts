/**
 * Our side of `enqueue`, as `pnpm enqueue` does it, in a process of its own: its memory is the producer's.
 *
 * usage: node enqueue-file.ts FILE
 */
import { enqueueCampaign, loadCampaignConfig, openInstallation } from '@ordeal/cli';

const [file = ''] = process.argv.slice(2);
await using installation = await openInstallation();
const queues = await installation.queues();

const began = performance.now();
const config = await loadCampaignConfig(file);
const campaign = await enqueueCampaign(config, { store: installation.store, queues });
const seconds = (performance.now() - began) / 1_000;

// In kilobytes on every system.
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1_024);
console.log(JSON.stringify({ trials: campaign.trialCount, seconds, peakRssMb }));
