import { join } from 'node:path';
import { readSettings } from '@ordeal/config';
import { NO_OPERATOR } from '@ordeal/core';
import type { Command } from 'commander';
import { loadCampaign } from '../campaigns/load-campaign.ts';
import { openProgressDisplay } from '../campaigns/progress-display.ts';
import { runCampaign } from '../campaigns/run-campaign.ts';
import { openInstallation } from '../installation/installation.ts';
import { openSettings } from '../installation/open-settings.ts';
import { commandList } from '../invocation/spelled.ts';
import { stopSignal } from '../invocation/stop-signal.ts';
import { campaignReport } from '../reports/campaign-report.ts';
import { configSummary, progressLine } from '../reports/format.ts';

const CAMPAIGN_FILE = join(import.meta.dirname, '../../../../campaigns/quickstart.yaml');

/** Unless there are settings of one's own: with them goes what they register. */
const EXAMPLE_SETTINGS = join(import.meta.dirname, '../../../../examples/operator/ordeal.config.ts');
const EXAMPLE_OPERATOR = 'restarter';

/** `ordeal quickstart`: from nothing to a finished campaign. */
export function addQuickstart(program: Command): void {
  program
    .command('quickstart')
    .description('run the ready-made campaign with a worker in this process')
    .action(async () => {
      const { display, onLook } = openProgressDisplay(process.stdout);
      using _shown = display;
      const say = (line: string): void => display.say(line);
      const signal = stopSignal((line) => display.warn(line));
      const own = await openSettings();
      const settings = own.file === undefined ? await readSettings(EXAMPLE_SETTINGS) : own;
      const config = await loadCampaign(CAMPAIGN_FILE, settings, {
        skipUnsupported: false,
        // Alone, and with the operator's help.
        defaultArms: Object.hasOwn(settings.operators, EXAMPLE_OPERATOR)
          ? [NO_OPERATOR, EXAMPLE_OPERATOR]
          : [NO_OPERATOR],
      });
      say(
        'A campaign breaks a system on purpose, again and again, and measures how it gets back on its feet.',
      );
      say(`This one: campaigns/quickstart.yaml\n${configSummary(config)}\n`);
      await using installation = await openInstallation();
      const { campaign, progress } = await runCampaign(config, installation, {
        settings,
        say,
        onLook,
        signal,
        onEnqueued: (enqueued) => say(`Campaign ${enqueued.id}: ${enqueued.trialCount} trials`),
      });
      display.close();
      say(`\n${await campaignReport(installation.store, campaign)}`);
      say(`\n${progressLine(progress)}\n`);
      const [first] = await installation.store.listTrials(campaign.id, { limit: 1 });
      const firstKey = first?.key ?? '';
      say('What next:');
      say(
        commandList([
          [`pnpm ordeal analyze ${campaign.id}`, 'rates and times with intervals'],
          [`pnpm ordeal report ${campaign.id} -o report.html`, 'a page with curves and timelines'],
          [`pnpm ordeal trial ${campaign.id} '${firstKey}'`, 'one trial with its timeline'],
          ['pnpm enqueue campaigns/quickstart.yaml --dry-run', 'what a campaign file expands to'],
          ['pnpm dashboard', 'the queues in a browser'],
          ['pnpm ordeal down', 'stop the embedded Postgres'],
        ]),
      );
      process.exitCode = progress.failed === 0 && campaign.status === 'finished' ? 0 : 1;
    });
}
