import { createRandom } from '@ordeal/core';
import { sql } from 'kysely';
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

/** Of a row of `trials` beside its `campaigns`: it waits, by the database's clock. A `retry_at` too far ahead is none. */
export function isInBackoff() {
  return sql<boolean>`(retry_at > clock_timestamp() and retry_at <= clock_timestamp() + ${1 + JITTER} * least(
    backoff_seconds * power(2, greatest(failures - 1, 0)),
    greatest(backoff_seconds, ${LONGEST_BACKOFF_MS / 1_000})
  ) * interval '1 second')`;
}

function plainBackoffMs(campaign: Campaign, failures: number): number {
  const base = campaign.backoffSeconds * 1_000;
  return Math.min(base * 2 ** Math.max(failures - 1, 0), Math.max(base, LONGEST_BACKOFF_MS));
}
