import { compareArms } from '@ordeal/analysis';
import { OrdealError } from '@ordeal/core';
import type { Command } from 'commander';
import { comparedSides } from '../campaigns/compared-sides.ts';
import { openInstallation } from '../installation/installation.ts';
import { comparisonReport, verdictSentence } from '../reports/comparison-report.ts';
import { printJson } from '../reports/json.ts';
import { readAnalyzed } from './analyze.ts';

interface CompareOptions {
  arms?: string[];
  gate?: true;
  json?: true;
}

/** `ordeal compare A B`, `ordeal compare N --arms X Y` */
export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('the second of two campaigns or arms against the first: differences, and a verdict')
    .argument('<campaign>', 'number of the first campaign')
    .argument('[other]', 'number of the second; left out: two arms of the first')
    .option('--arms <names...>', 'two arms of the campaign, or one of each')
    .option('--gate', 'exit with 1 when the second is worse, beyond its interval')
    .option('--json', 'print JSON')
    .action(async (id: string, other: string | undefined, options: CompareOptions) => {
      await using installation = await openInstallation();
      const { store } = installation;
      const one = await readAnalyzed(store, id);
      const recorded =
        other === undefined ? ([one] as const) : ([one, await readAnalyzed(store, other)] as const);
      const [first, second] = comparedSides(recorded, options.arms);
      const comparison = compareArms(first, second);
      if (comparison.leftOut.length > 0 && comparison.tauMs === 0) {
        throw new OrdealError('BAD_INPUT', `${first.label} and ${second.label} have no cell in common`);
      }
      if (options.json) printJson('comparison', { ...comparison, sentence: verdictSentence(comparison) });
      else console.log(comparisonReport(comparison));
      process.exitCode = options.gate && comparison.verdict.word === 'worse' ? 1 : 0;
    });
}
