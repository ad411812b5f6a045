import { cellWithoutArm, planRates, type Rate, rateOf } from '@ordeal/analysis';
import type { CampaignConfig } from '@ordeal/campaign';
import { OrdealError } from '@ordeal/core';
import { type Command, InvalidArgumentError } from 'commander';
import { loadCampaign } from '../campaigns/load-campaign.ts';
import { publishedEntries } from '../campaigns/published-entries.ts';
import { openInstallation } from '../installation/installation.ts';
import { openSettings } from '../installation/open-settings.ts';
import { whereTyped } from '../invocation/where-typed.ts';
import { printJson } from '../reports/json.ts';
import { type CampaignPlan, planReport } from '../reports/plan-report.ts';
import { readAnalyzed } from './analyze.ts';

interface PlanOptions {
  detect: number;
  power: number;
  alpha: number;
  rate?: number;
  from?: string;
  json?: true;
}

/** Where rates vary most, so that no other needs more trials. */
const UNKNOWN_RATE = 0.5;

/** `ordeal plan FILE` */
export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('how many trials it takes to show a difference of rates between two arms')
    .argument('<file>', 'campaign file (YAML)')
    .requiredOption('--detect <difference>', 'of the rates, 0 to 1: 0.15 is 15 points', inside)
    .option('--power <chance>', 'to show it when it is there', inside, 0.8)
    .option('--alpha <chance>', 'to show one that is not there', inside, 0.05)
    .option('--rate <rate>', 'of trials whose goal is met, expected of the first arm; default 0.5', share)
    .option('--from <campaign>', 'take that rate from an earlier campaign')
    .option('--json', 'print JSON')
    .action(async (file: string, options: PlanOptions) => {
      if (options.rate !== undefined && options.from !== undefined) {
        throw new OrdealError('BAD_INPUT', '--rate and --from both say the rate: leave one of them away');
      }
      const config = await loadCampaign(whereTyped(file), await openSettings(), {
        skipUnsupported: false,
        published: publishedEntries,
      });
      const seen = options.from === undefined ? undefined : await rateSeen(options.from);
      const plan = planCampaign(config, options, seen);
      if (options.json) return printJson('plan', plan);
      console.log(planReport(plan));
    });
}

function planCampaign(config: CampaignConfig, options: PlanOptions, seen: Rate | undefined): CampaignPlan {
  const { detect, power, alpha } = options;
  const rate = options.rate ?? seen?.rate ?? UNKNOWN_RATE;
  if (rate + detect > 1 && rate - detect < 0) {
    throw new OrdealError('BAD_INPUT', `--detect ${detect}: no rate is that far from ${rate}`);
  }
  const cells = new Set(
    config.cells.filter(({ baseline }) => !baseline).map(({ cell }) => cellWithoutArm(cell)),
  );
  const { parallel, timeout_seconds, settle_seconds, recovery_seconds, cooldown_seconds } = config;
  return {
    rate,
    rateFrom: options.rate !== undefined ? 'given' : (seen ?? 'unknown'),
    campaign: options.from ?? null,
    detect,
    power,
    alpha,
    ...planRates({ rate, detect, power, alpha }),
    cells: cells.size,
    trialsPerCombination: config.trials_per_combination,
    parallel,
    longestTrialSeconds: 2 * settle_seconds + timeout_seconds + recovery_seconds + cooldown_seconds,
  };
}

/** Of trials that nobody repaired, where the campaign has an arm `none`; else of all. */
async function rateSeen(id: string): Promise<Rate> {
  await using installation = await openInstallation();
  const { trials } = await readAnalyzed(installation.store, id);
  const completed = trials.filter(({ status, baseline }) => status === 'completed' && !baseline);
  const alone = completed.filter(({ arm }) => arm === 'none');
  const counted = alone.length > 0 ? alone : completed;
  const met = counted.filter(({ outcome }) => outcome === 'resolved' || outcome === 'unaffected');
  if (counted.length === 0) throw new OrdealError('CONFLICT', `campaign ${id} has baselines only`);
  return rateOf(met.length, counted.length);
}

function inside(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('must be above 0 and below 1.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('must be from 0 to 1.');
  return value;
}
