import type { Command } from 'commander';
import { openInstallation } from '../installation/installation.ts';
import { spelled } from '../invocation/spelled.ts';
import { printJson } from '../reports/json.ts';
import { lossStory } from '../status/loss-story.ts';
import { readStatus, type StatusReport } from '../status/status-report.ts';
import { statusText } from '../status/status-text.ts';

/** `ordeal status [N]` */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('what runs where and in which phase, and what waits for what; all open campaigns, or one')
    .argument('[campaign]', 'number of the campaign')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, options: { json?: true }) => {
      await using installation = await openInstallation();
      const report = await readStatus(installation.store, id);
      if (options.json) return printJson('status', jsonOf(report));
      console.log(spelled(statusText(report)));
    });
}

/** Beside the facts, the sentences that a person gets. Capabilities and source are left to other commands. */
function jsonOf({ campaigns, workers }: StatusReport): object {
  return {
    campaigns: campaigns.map(({ campaign, progress, activity, waiting }) => {
      const { id, name, status, parallel, cooldownSeconds, pausedAt, pausedBy } = campaign;
      const { live, resting, lost, backoff } = activity;
      const told = lost.map((execution) => ({ ...execution, story: lossStory(execution) }));
      const head = { id, name, status, parallel, cooldownSeconds, pausedAt, pausedBy, progress };
      return { ...head, running: live, resting, lost: told, backoff, waiting };
    }),
    workers: workers.map(({ capabilities: _many, ...worker }) => worker),
  };
}
