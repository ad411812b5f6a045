import { createRandom } from '@ordeal/core';
import type { Campaign, Trial } from './rows.ts';

/** However many attempts a campaign allows, a repeat is not put off further than this. */
const LONGEST_BACKOFF_MS = 3_600_000;
const JITTER = 0.2;

/** How long a trial with so many failures waits: doubled each time, +-20 %, the same for the same execution. */
export function backoffMs(campaign: Campaign, trial: Trial, failures: number): number {
  const random = createRandom(campaign.seed, trial.key, 'backoff', trial.execution);
  return Math.round(plainBackoffMs(campaign, failures) * (1 + JITTER * (2 * random() - 1)));
}

/** The longest that `backoffMs` can give: a `retry_at` beyond it was written before the clock was set back. */
export function longestBackoffMs(campaign: Campaign, failures: number): number {
  return Math.ceil(plainBackoffMs(campaign, failures) * (1 + JITTER));
}

function plainBackoffMs(campaign: Campaign, failures: number): number {
  const base = campaign.backoffSeconds * 1_000;
  return Math.min(base * 2 ** Math.max(failures - 1, 0), Math.max(base, LONGEST_BACKOFF_MS));
}
