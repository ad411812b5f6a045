import { type CampaignConfig, countTrials, expandCampaignMatrix } from '@ordeal/campaign';
import { printAll } from '../terminal/output.ts';
import { configSummary } from './format.ts';
import { printJsonList } from './json.ts';

/** Prints what a campaign file expands to: every trial, be there ten or a million. */
export async function printDryRun(config: CampaignConfig, options: { json: boolean }): Promise<void> {
  if (options.json) {
    const { source: _source, ...resolved } = config;
    return await printJsonList('dry-run', { config: resolved }, 'trials', expandCampaignMatrix(config));
  }
  await printAll(trialLines(config));
}

function* trialLines(config: CampaignConfig): Generator<string> {
  yield `${configSummary(config)}\n\n${countTrials(config)} trials:\n`;
  for (const trial of expandCampaignMatrix(config)) {
    yield `  ${String(trial.position + 1).padStart(4)}  ${trial.key}\n`;
  }
}
