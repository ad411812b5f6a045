import type { Phase } from '@ordeal/core';
import type { LiveExecution } from '@ordeal/store';
import { isSilent } from '../campaigns/live-workers.ts';
import { clockTime, spanOf } from './clock.ts';
import { lossStory } from './loss-story.ts';
import type { CampaignStatusReport, StatusReport } from './status-report.ts';
import type { WorkerStatusReport } from './worker-status.ts';

const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  starting: 'starting its instance',
  settling: 'settling',
  injecting: 'injecting the fault',
  under_fault: 'under the fault',
  undoing: 'undoing the fault',
  recovering: 'recovering, the fault undone',
  removing: 'removing its instance',
};
/** The further lines of what takes several, below their heading. */
const CONTINUED = `\n${' '.repeat(11)}`;
/** Two beats and a half. */
const LATE_MS = 5_000;

/** The report for a person: a line for each thing that goes on, under a heading for each campaign. */
export function statusText({ campaigns, workers }: StatusReport): string {
  const parts = campaigns.map(campaignText);
  if (campaigns.length === 0) parts.push('No campaign is open.');
  parts.push(['Workers', ...workerLines(workers)].join('\n'));
  return parts.join('\n\n');
}

function campaignText({ campaign, progress, activity, waiting }: CampaignStatusReport): string {
  const { live, resting, lost, backoff } = activity;
  const counts = (['completed', 'failed', 'cancelled', 'running', 'pending'] as const)
    .filter((status) => progress[status] > 0)
    .map((status) => `${progress[status]} ${status}`);
  const lines = [
    `Campaign ${campaign.id}: ${campaign.name} (${campaign.status}), ${progress.total} trials: ${counts.join(', ')}`,
  ];
  const add = (heading: string, texts: readonly string[]): void => {
    for (const text of texts) lines.push(`  ${heading.padEnd(9)}${text.replaceAll('\n', CONTINUED)}`);
  };
  add(
    'running',
    live.map((execution) => liveText(execution)),
  );
  add(
    'resting',
    resting.map(({ key, workerId, removing, freeInMs }) =>
      removing
        ? `a slot of ${workerId}: the instance of ${key} is being removed`
        : `a slot of ${workerId} after ${key}, free in ${spanOf(freeInMs)}`,
    ),
  );
  add(
    'lost',
    lost.map((execution) => `${execution.key}: ${lossStory(execution)}`),
  );
  add(
    'backoff',
    backoff.next.map(
      ({ key, failures, againInMs, error }) =>
        `${key}: ${failures === 1 ? '1 failure' : `${failures} failures`}, tries again in ${spanOf(againInMs)}${error === null ? '' : ` (${error})`}`,
    ),
  );
  if (backoff.count > backoff.next.length)
    add('', [`and ${backoff.count - backoff.next.length} more wait so`]);
  add(
    'waiting',
    waiting.map(({ text }) => (progress.pending === 0 ? text : `${progress.pending} pending: ${text}`)),
  );
  return lines.join('\n');
}

function liveText({ key, execution, baseline, workerId, phase, phaseMs, silentMs }: LiveExecution): string {
  const words = baseline && phase === 'under_fault' ? 'watched without a fault' : PHASE_WORDS[phase];
  const late = silentMs > LATE_MS ? `; ${workerId} silent for ${spanOf(silentMs)}` : '';
  return `${key} (execution ${execution}) on ${workerId}: ${words} for ${spanOf(phaseMs)}${late}`;
}

function workerLines(workers: readonly WorkerStatusReport[]): string[] {
  if (workers.length === 0) return ['  none: start one with pnpm worker'];
  return workers.map((worker) => {
    const { id, place, live, resting, slots, lastBeatAt, silentMs } = worker;
    const used = `${live + resting} of ${slots} slots in use${resting > 0 ? ` (${resting} resting)` : ''}`;
    const beat = isSilent(worker)
      ? `silent since ${clockTime(lastBeatAt)}`
      : `last beat ${clockTime(lastBeatAt)}, ${spanOf(silentMs)} ago`;
    return `  ${id} at ${place}: ${used}, ${beat}`;
  });
}
