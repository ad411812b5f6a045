import { OrdealError } from '@ordeal/core';
import type { Campaign, Store, Trial } from '@ordeal/store';
import type { Command } from 'commander';
import { openInstallation } from '../installation/installation.ts';
import { spelled } from '../invocation/spelled.ts';
import { briefTrials } from '../reports/brief-trials.ts';
import { campaignReport } from '../reports/campaign-report.ts';
import { campaignTable, progressLine } from '../reports/format.ts';
import { printJson, printJsonList } from '../reports/json.ts';
import { trialReport } from '../reports/trial-report.ts';

interface ReadOptions {
  json?: true;
}

/** `ordeal list`, `show N`, `trial KEY-or-ID` */
export function addReaders(program: Command): void {
  program
    .command('list')
    .description('campaigns, newest first')
    .option('--json', 'print JSON')
    .action(async (options: ReadOptions) => {
      await using installation = await openInstallation();
      const { store } = installation;
      const campaigns = await store.listCampaigns({ limit: 50 });
      const rows = await Promise.all(
        campaigns.map(async (campaign) => ({ campaign, progress: await store.progress(campaign.id) })),
      );
      if (options.json) {
        return printJson('campaigns', {
          campaigns: rows.map(({ campaign, progress }) => ({ ...outline(campaign), progress })),
        });
      }
      console.log(
        rows.length === 0 ? spelled('No campaigns yet. Try: pnpm quickstart') : campaignTable(rows),
      );
    });

  program
    .command('show')
    .description('one campaign: its trials and what each cell found')
    .argument('<campaign>', 'number of the campaign')
    .option('--json', 'print JSON; states and evidence of a trial are in trial --json')
    .action(async (id: string, options: ReadOptions) => {
      await using installation = await openInstallation();
      const { store } = installation;
      const campaign = await findCampaign(store, id);
      const progress = await store.progress(campaign.id);
      if (options.json) {
        const body = { ...outline(campaign), config: campaign.config, progress };
        // Awaited here: the database must stay open until the last page.
        return await printJsonList('campaign', body, 'trials', briefTrials(store, campaign.id));
      }
      console.log(await campaignReport(store, campaign));
      console.log(`\n${progressLine(progress)}`);
    });

  program
    .command('trial')
    .description('one trial: its executions, timeline and state')
    .argument('<trial...>', 'id of the trial, or number of the campaign and key: 3 postgres/latency#0')
    .option('--json', 'print JSON')
    .action(async (words: string[], options: ReadOptions) => {
      await using installation = await openInstallation();
      const { store } = installation;
      const trial = await findTrial(store, words);
      const [executions, injections, events] = await Promise.all([
        store.listExecutions(trial.id),
        store.listInjections(trial.id),
        store.listEvents(trial.id),
      ]);
      if (options.json) return printJson('trial', { trial, executions, injections, events });
      console.log(trialReport(trial, executions, injections, events));
    });
}

export async function findCampaign(store: Store, id: string): Promise<Campaign> {
  const campaign = /^\d{1,18}$/.test(id) ? await store.getCampaign(id) : undefined;
  if (campaign === undefined) throw new OrdealError('NOT_FOUND', `no campaign ${id}`);
  return campaign;
}

/** By id, by campaign and key, or by key alone in the newest campaign that has it. */
async function findTrial(store: Store, words: readonly string[]): Promise<Trial> {
  const [first = '', second] = words;
  const trial =
    second !== undefined
      ? await store.findTrial((await findCampaign(store, first)).id, second)
      : /^\d{1,18}$/.test(first)
        ? await store.getTrial(first)
        : await newestWithKey(store, first);
  if (trial === undefined) throw new OrdealError('NOT_FOUND', `no trial ${words.join(' ')}`);
  return trial;
}

async function newestWithKey(store: Store, key: string): Promise<Trial | undefined> {
  for (const campaign of await store.listCampaigns({ limit: 50 })) {
    const trial = await store.findTrial(campaign.id, key);
    if (trial !== undefined) return trial;
  }
  return undefined;
}

function outline(campaign: Campaign): object {
  const { id, name, status, seed, parallel, cooldownSeconds, trialCount, createdAt, finishedAt, needs } =
    campaign;
  return { id, name, status, seed, parallel, cooldownSeconds, trialCount, createdAt, finishedAt, needs };
}
