import type { Command } from 'commander';
import { followCampaign } from '../campaigns/follow-campaign.ts';
import { openProgressDisplay } from '../campaigns/progress-display.ts';
import { openInstallation } from '../installation/installation.ts';
import { spelled } from '../invocation/spelled.ts';
import { stopSignal } from '../invocation/stop-signal.ts';
import { progressLine } from '../reports/format.ts';
import { printJson } from '../reports/json.ts';
import { findCampaign } from './read.ts';

/** `ordeal watch N` */
export function addWatch(program: Command): void {
  program
    .command('watch')
    .description('follow a campaign to its end; exit 0 only if no trial failed')
    .argument('<campaign>', 'number of the campaign')
    .option('--json', 'print JSON at the end')
    .action(async (id: string, options: { json?: true }) => {
      const { display, onLook } = openProgressDisplay(options.json ? process.stderr : process.stdout);
      using _shown = display;
      const signal = stopSignal();
      await using installation = await openInstallation();
      const { id: campaignId } = await findCampaign(installation.store, id);
      const { campaign, progress } = await followCampaign(installation.store, campaignId, {
        say: (line) => display.say(line),
        needsWorker: true,
        onLook,
        signal,
      });
      display.close();
      if (options.json) printJson('campaign', { id: campaign.id, status: campaign.status, progress });
      else {
        console.log(progressLine(progress));
        console.log(spelled(`Analyze with: pnpm ordeal analyze ${campaign.id}`));
      }
      process.exitCode = progress.failed === 0 && campaign.status === 'finished' ? 0 : 1;
    });
}
