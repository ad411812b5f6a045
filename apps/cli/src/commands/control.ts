import { openFolders } from '@ordeal/place';
import { startEmbedded, stopEmbedded } from '@ordeal/store';
import type { Command } from 'commander';
import { followCampaign } from '../follow-campaign.ts';
import { progressLine } from '../format.ts';
import { openInstallation } from '../installation.ts';
import { printJson } from '../json.ts';
import { openProgressDisplay } from '../progress-display.ts';
import { spelled } from '../spelled.ts';
import { stopSignal } from '../stop-signal.ts';
import { findCampaign } from './read.ts';

/** `ordeal watch N`, `up`, `down` */
export function addControl(program: Command): void {
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
      else console.log(progressLine(progress));
      process.exitCode = progress.failed === 0 && campaign.status === 'finished' ? 0 : 1;
    });

  program
    .command('up')
    .description('start the embedded Postgres of this folder')
    .action(async () => {
      if (process.env.DATABASE_URL) {
        console.log('DATABASE_URL is set: there is nothing to start.');
        return;
      }
      await startEmbedded(openFolders());
      console.log(spelled('The embedded Postgres is up. Stop it with: pnpm ordeal down'));
    });

  program
    .command('down')
    .description('stop the embedded Postgres of this folder; its data stays')
    .action(async () => {
      const stopped = await stopEmbedded(openFolders());
      console.log(stopped ? 'The embedded Postgres is stopped; its data stays.' : 'It was not running.');
    });
}
