import { writeFile } from 'node:fs/promises';
import { OrdealError } from '@ordeal/core';
import type { Command } from 'commander';
import { reportPage } from '../html-report/page.ts';
import { readReportData } from '../html-report/report-data.ts';
import { openInstallation } from '../installation/installation.ts';
import { whereTyped } from '../invocation/where-typed.ts';
import { printAll } from '../terminal/output.ts';
import { readAnalyzed } from './analyze.ts';

/** `ordeal report N -o FILE` */
export function addReport(program: Command): void {
  program
    .command('report')
    .description('a campaign as one HTML file that opens anywhere, without a network')
    .argument('<campaign>', 'number of the campaign')
    .option('-o, --output <file>', 'write it to a file instead of printing it')
    .action(async (id: string, { output }: { output?: string }) => {
      await using installation = await openInstallation();
      const { campaign, trials } = await readAnalyzed(installation.store, id);
      const data = await readReportData(installation.store, campaign, trials);
      const page = reportPage(data, { at: new Date(), version: program.version() ?? '' });
      if (output === undefined) return await printAll([page]);
      await writeFile(whereTyped(output), page).catch((error: unknown) => {
        throw new OrdealError('BAD_INPUT', `--output ${output}: cannot be written`, { cause: error });
      });
      console.log(`Report written to ${output}`);
    });
}
