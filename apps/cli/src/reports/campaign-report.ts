import { createCellSummarizer } from '@ordeal/analysis';
import type { Campaign, Store, Trial } from '@ordeal/store';
import { z } from 'zod';
import { cellTable, trialTable } from './format.ts';
import { recordedTrial } from './recorded-trials.ts';
import { trialsOf } from './trials-of.ts';

/** More trials than this are summed up, not listed. */
const MOST_LISTED = 200;

/** A campaign for a person: its trials when they are few, and what each cell found. */
export async function campaignReport(store: Pick<Store, 'listTrials'>, campaign: Campaign): Promise<string> {
  const summarizer = createCellSummarizer();
  const listed: Trial[] = [];
  for await (const trial of trialsOf(store, campaign.id)) {
    summarizer.add(recordedTrial(trial));
    if (campaign.trialCount <= MOST_LISTED) listed.push(trial);
  }
  const parts = [`Campaign ${campaign.id}: ${campaign.name} (${campaign.status}, seed ${campaign.seed})`];
  parts.push(...leftOut(campaign));
  if (listed.length > 0) parts.push(trialTable(listed));
  parts.push(cellTable(summarizer.summaries()));
  return parts.join('\n\n');
}

/** What enqueueing left out because nobody could run it. */
function leftOut(campaign: Campaign): string[] {
  const skipped = skippedCells.safeParse(campaign.config.skipped);
  if (!skipped.success || skipped.data.length === 0) return [];
  return [skipped.data.map(({ cell, why }) => `left out: ${cell} (${why})`).join('\n')];
}

/** A stored campaign is as old as it is: one from before anything could be left out has no such list. */
const skippedCells = z.array(z.object({ cell: z.string(), why: z.string() }));
