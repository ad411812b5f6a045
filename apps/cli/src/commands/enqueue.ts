import type { CampaignConfig } from '@ordeal/campaign';
import { OPERATOR_DB } from '@ordeal/catalogue';
import { describeError, NO_OPERATOR, OrdealError } from '@ordeal/core';
import type { Campaign, Store } from '@ordeal/store';
import type { Command } from 'commander';
import { enqueueCampaign } from '../campaigns/enqueue-campaign.ts';
import { followCampaign } from '../campaigns/follow-campaign.ts';
import { ableWorkers, liveWorkers, noWorkerMessage, offerOf } from '../campaigns/live-workers.ts';
import { loadCampaign } from '../campaigns/load-campaign.ts';
import { leaveOutUnsupported, operatorsOf } from '../campaigns/offers.ts';
import { findOperatorDb, usingOperatorDb } from '../campaigns/operator-db.ts';
import { openProgressDisplay } from '../campaigns/progress-display.ts';
import { publishedEntries } from '../campaigns/published-entries.ts';
import { ownOffer, runCampaign } from '../campaigns/run-campaign.ts';
import { openInstallation } from '../installation/installation.ts';
import { openSettings } from '../installation/open-settings.ts';
import { commandList, spelled } from '../invocation/spelled.ts';
import { stopSignal } from '../invocation/stop-signal.ts';
import { whereTyped } from '../invocation/where-typed.ts';
import { printDryRun } from '../reports/dry-run.ts';
import { configSummary, progressLine } from '../reports/format.ts';
import { printJson } from '../reports/json.ts';

interface EnqueueOptions {
  dryRun?: true;
  watch?: true;
  withWorker?: true;
  skipUnsupported?: true;
  operatorDb?: string;
  json?: true;
}

const EXAMPLE = `
Example, campaign.yaml:

  name: how-postgres-comes-back
  subjects: [postgres]
  chaos_types:
    - type: node_kill            # params, target and duration_seconds have defaults
      target: leader
    - type: latency
      params: { min_ms: 50, max_ms: 150 }
  trials_per_combination: 3
  parallel: 2
  cooldown_seconds: 5
  include_baseline: true         # one trial more per subject, without any fault

  pnpm enqueue campaign.yaml --dry-run     every trial, nothing written
  pnpm enqueue campaign.yaml --watch       follow the workers to the end
  pnpm enqueue campaign.yaml --with-worker run it in this process`;

/** `ordeal enqueue FILE` */
export function addEnqueue(program: Command): void {
  program
    .command('enqueue')
    .description('expand a campaign file into one job per trial')
    .argument('<file>', 'campaign file (YAML)')
    .option('--dry-run', 'print every trial, write nothing, need no database')
    .option('--watch', 'follow the campaign to its end; exit 0 only if no trial failed')
    .option('--with-worker', 'run a worker in this process until the campaign has ended')
    .option('--skip-unsupported', 'leave out what no worker can run; the campaign keeps a note of it')
    .option('--operator-db <path>', 'select the operator operator-db; with --with-worker, its database')
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', spelled(EXAMPLE))
    .action(async (file: string, options: EnqueueOptions) => {
      process.exitCode = await enqueue(file, options);
    });
}

async function enqueue(file: string, options: EnqueueOptions): Promise<number> {
  // Progress goes to stderr with --json, so that stdout is one document.
  const { display, onLook } = openProgressDisplay(options.json ? process.stderr : process.stdout);
  using _shown = display;
  const say = (line: string): void => display.say(line);
  const settings = await openSettings();
  const skipUnsupported = options.skipUnsupported === true;
  const operatorDb = findOperatorDb(options.operatorDb);
  const load = async (published?: typeof publishedEntries): Promise<CampaignConfig> => {
    const defaultArms = [operatorDb === undefined ? NO_OPERATOR : OPERATOR_DB];
    const rules = { skipUnsupported, defaultArms, published };
    const config = await loadCampaign(whereTyped(file), settings, rules);
    checkOperatorDb(config, options);
    return config;
  };
  if (options.dryRun) {
    const written = await load();
    await printDryRun(written, { json: options.json === true });
    return 0;
  }
  const written = await load(publishedEntries);
  const signal = stopSignal(options.withWorker ? (line) => display.warn(line) : undefined);
  await using installation = await openInstallation();
  const config = skipUnsupported
    ? leaveOutUnsupported(
        written,
        options.withWorker
          ? [await ownOffer(settings, operatorDb)]
          : (await liveWorkers(installation.store)).map(offerOf),
      )
    : written;
  say(`Campaign file ${file}\n${configSummary(config)}`);
  if (operatorDb !== undefined && operatorsOf(config).includes(OPERATOR_DB)) {
    say(
      options.withWorker
        ? usingOperatorDb(operatorDb)
        : `The operator is operator-db. Which database counts is each worker's own affair (its --operator-db, else its data/operator.db), not ${operatorDb} here.`,
    );
  }
  if (options.withWorker) {
    const { campaign, progress } = await runCampaign(config, installation, {
      settings,
      operatorDb,
      say,
      onLook,
      signal,
      onEnqueued: (enqueued) => announce(enqueued, say),
    });
    return report(campaign, progress);
  }
  const { store } = installation;
  const campaign = await enqueueCampaign(config, { store, queues: await installation.queues() });
  announce(campaign, say);
  if (options.watch) {
    const ended = await followCampaign(store, campaign.id, { say, needsWorker: true, onLook, signal });
    return report(ended.campaign, ended.progress);
  }
  if (options.json) printJson('campaign', { id: campaign.id, trials: campaign.trialCount });
  await noteWhoIsMissing(store, campaign, say);
  return 0;

  function report(ended: Campaign, progress: Parameters<typeof progressLine>[0]): number {
    display.close();
    if (options.json) printJson('campaign', { id: ended.id, status: ended.status, progress });
    say(progressLine(progress));
    say(spelled(`Analyze with: pnpm ordeal analyze ${ended.id}`));
    return progress.failed === 0 && ended.status === 'finished' ? 0 : 1;
  }
}

/** By now the campaign is enqueued: an outage here must not make that look failed. */
async function noteWhoIsMissing(
  store: Store,
  campaign: Campaign,
  say: (line: string) => void,
): Promise<void> {
  try {
    const workers = await liveWorkers(store);
    if (ableWorkers(campaign, workers).length === 0) say(`Note: ${noWorkerMessage(campaign, workers)}`);
  } catch (error) {
    say(`Note: it could not be seen whether a worker is there: ${describeError(error)}.`);
  }
}

function announce(campaign: Campaign, say: (line: string) => void): void {
  say(`Campaign ${campaign.id}`);
  say(
    commandList([
      [`pnpm ordeal watch ${campaign.id}`, 'follow it to the end'],
      [`pnpm ordeal show ${campaign.id}`, 'its results so far'],
      ['pnpm worker', 'run trials, on as many machines as you like'],
      ['pnpm dashboard', 'the queues in a browser'],
    ]),
  );
}

function checkOperatorDb(config: CampaignConfig, { operatorDb }: EnqueueOptions): void {
  const operators = operatorsOf(config);
  if (operatorDb === undefined || operators.includes(OPERATOR_DB)) return;
  throw new OrdealError(
    'BAD_INPUT',
    `--operator-db selects the operator ${OPERATOR_DB}, but ${config.file} names ${operators.join(', ')}: leave one of them away`,
  );
}
