import { defaultSettings, type Settings } from '@ordeal/config';
import { describeError, OrdealError } from '@ordeal/core';
import { UNKNOWN_TRIAL } from '@ordeal/guard';
import { nameFolders } from '@ordeal/place';
import type { Command } from 'commander';
import type { DoctorSite } from '../doctor/check.ts';
import { CHECKS } from '../doctor/checks.ts';
import { countLevels, doctorReport } from '../doctor/report.ts';
import { exitCodeOf, runChecks } from '../doctor/run-checks.ts';
import { planSweep, type Swept, sweep } from '../doctor/sweep.ts';
import { openSettings } from '../installation/open-settings.ts';
import { printJson } from '../reports/json.ts';

interface DoctorOptions {
  json?: true;
  sweep?: true;
  dryRun?: true;
}

const HELP = `
Looks and changes nothing, and starts no server. Exit code: 0 fine or warnings only, 1 an error was found, 3 Postgres or
Redis cannot be reached. docs/doctor.md lists what it may find, and what to do.`;

/** `ordeal doctor` */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at Postgres, Redis, faults, leftovers, folders and this machine: what is wrong, what to do',
    )
    .option('--json', 'print JSON')
    .option('--sweep', 'first remove what dead guards left on this machine and its engine')
    .option('--dry-run', 'with --sweep: only say what would be removed')
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      process.exitCode = await doctor(options);
    });
}

async function doctor(options: DoctorOptions): Promise<number> {
  if (options.dryRun && !options.sweep) {
    throw new OrdealError('BAD_INPUT', '--dry-run is for --sweep: without it, doctor changes nothing anyhow');
  }
  const site: DoctorSite = {
    folders: nameFolders(),
    databaseUrl: process.env.DATABASE_URL || undefined,
    redisUrl: process.env.REDIS_URL || undefined,
    ...(await settingsOrWhyNot()),
  };
  const swept = options.sweep ? await (options.dryRun ? planSweep : sweep)(site) : undefined;
  const results = await runChecks(CHECKS, site);
  const isSwept = swept?.every(({ clean }) => clean !== false) ?? true;
  const exitCode = exitCodeOf(results) || (isSwept ? 0 : 1);
  if (options.json) {
    const findings = results.flatMap((result) => result.findings);
    printJson('doctor', { exitCode, counts: countLevels(results), ...(swept && { swept }), findings });
    return exitCode;
  }
  if (swept !== undefined) console.log(`${sweepLines(swept)}\n`);
  console.log(doctorReport(results, process.stdout.columns));
  return exitCode;
}

/** A broken settings file is a finding like any other, and hides none. */
async function settingsOrWhyNot(): Promise<{ settings: Settings; brokenSettings?: string }> {
  try {
    return { settings: await openSettings() };
  } catch (error) {
    return { settings: defaultSettings, brokenSettings: describeError(error) };
  }
}

function sweepLines(swept: readonly Swept[]): string {
  if (swept.length === 0) return 'Nothing to sweep: no dead guard left anything.';
  return swept
    .map(({ trial, execution, injections, clean }) => {
      const faults = injections.length > 0 ? ` (${injections.length} faults)` : '';
      const what =
        trial === UNKNOWN_TRIAL.trial
          ? 'an instance that no journal tells of'
          : `execution ${execution} of trial ${trial}${faults}`;
      if (clean === null) return `Would remove what is left of ${what}`;
      return clean ? `Removed what was left of ${what}` : `Could not remove all that is left of ${what}`;
    })
    .join('\n');
}
