import { analyzeCells, type ComparedTrial, evidenceBalance } from '@ordeal/analysis';
import { OrdealError } from '@ordeal/core';
import type { Campaign, Store } from '@ordeal/store';
import { type Command, Option } from 'commander';
import { openInstallation } from '../installation/installation.ts';
import { spelled } from '../invocation/spelled.ts';
import { analysisReport } from '../reports/analysis-report.ts';
import { printJson } from '../reports/json.ts';
import { junitLines } from '../reports/junit.ts';
import { orderByArm } from '../reports/order-by-arm.ts';
import { recordedTrials } from '../reports/recorded-trials.ts';
import { csvLines } from '../reports/trials-csv.ts';
import { printAll } from '../terminal/output.ts';
import { findCampaign } from './read.ts';

interface AnalyzeOptions {
  json?: true;
  csv?: true;
  junit?: true;
}

/** `ordeal analyze N` */
export function addAnalyze(program: Command): void {
  program
    .command('analyze')
    .description('what a campaign showed, by cell and arm: rates and times with intervals')
    .argument('<campaign>', 'number of the campaign')
    .addOption(new Option('--json', 'print all figures as JSON').conflicts(['csv', 'junit']))
    .addOption(new Option('--csv', 'print a row per trial, for other programs').conflicts('junit'))
    .option('--junit', 'print XML for CI, a case per trial')
    .action(async (id: string, options: AnalyzeOptions) => {
      await using installation = await openInstallation();
      const { campaign, trials } = await readAnalyzed(installation.store, id);
      if (options.csv) return await printAll(csvLines(trials));
      if (options.junit) return await printAll(junitLines(campaign, trials));
      const cells = analyzeCells(trials);
      const evidence = evidenceBalance(trials);
      if (options.json) {
        const { name, status, seed } = campaign;
        return printJson('analysis', { campaign: { id, name, status, seed }, cells, evidence });
      }
      console.log(spelled(analysisReport(campaign, cells, evidence)));
    });
}

/**
 * A campaign with its trials, by cell and arm. @throws OrdealError NOT_FOUND; CONFLICT when none of them has completed: there is
 * nothing to analyze.
 */
export async function readAnalyzed(
  store: Store,
  id: string,
): Promise<{ campaign: Campaign; trials: ComparedTrial[] }> {
  const campaign = await findCampaign(store, id);
  const trials = orderByArm(await recordedTrials(store, campaign.id), campaign);
  if (!trials.some(({ status }) => status === 'completed')) {
    throw new OrdealError(
      'CONFLICT',
      `campaign ${id} has no completed trial yet: there is nothing to analyze`,
    );
  }
  return { campaign, trials };
}
