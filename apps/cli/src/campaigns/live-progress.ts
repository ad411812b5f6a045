import { monotonicMs } from '@ordeal/core';
import type { Campaign, Progress } from '@ordeal/store';
import { colors } from '../terminal/colors.ts';
import type { Look } from './follow-campaign.ts';

const BAR_COLUMNS = 24;

interface Followed {
  readonly campaign: Campaign;
  readonly progress: Progress;
  readonly running: readonly { readonly key: string; readonly sinceMs: number; readonly isSince: boolean }[];
  /** What was done when we began to follow, and when that was last seen to grow: the pace. */
  readonly first: { readonly done: number; readonly atMs: number };
  readonly last: { readonly done: number; readonly atMs: number };
}

/** What is going on in the campaigns that are followed, as lines of a live region. */
export class LiveProgress {
  readonly #followed = new Map<string, Followed>();

  /** Takes in one look at one campaign. */
  readonly look = ({ campaign, running, progress }: Look): void => {
    if (running.length === 0 && (campaign.status === 'finished' || campaign.status === 'cancelled')) {
      this.#followed.delete(campaign.id);
      return;
    }
    const known = this.#followed.get(campaign.id);
    const nowMs = monotonicMs();
    const counted = { done: doneOf(progress), atMs: nowMs };
    this.#followed.set(campaign.id, {
      campaign,
      progress,
      first: known?.first ?? counted,
      last: known?.last.done === counted.done ? known.last : counted,
      running: running.map(({ key, execution }) => {
        const name = execution > 1 ? `${key} (execution ${execution})` : key;
        return (
          known?.running.find((trial) => trial.key === name) ?? {
            key: name,
            sinceMs: nowMs,
            // Of what ran when we came nobody here knows for how long.
            isSince: known === undefined,
          }
        );
      }),
    });
  };

  /** At most `rows` lines; the bars before the trials. */
  readonly lines = (rows: number): string[] => {
    const nowMs = monotonicMs();
    const all = [...this.#followed.values()];
    const isOne = all.length === 1;
    return all.flatMap((followed) => {
      const most = Math.max(0, Math.floor(rows / all.length) - 2);
      const { running, campaign } = followed;
      const shown = running
        .slice(0, most)
        .map((trial) => `  ${trial.key}  ${colors.dim(forTime(trial, nowMs))}`);
      const rest = running.length - shown.length;
      return [
        ...shown,
        ...(rest > 0 ? [colors.dim(`  and ${rest} more`)] : []),
        `${isOne ? '' : `campaign ${campaign.id} `}${barOf(followed, nowMs)}`,
      ];
    });
  };
}

/** `[=====---]  3/7 done, 0 failed, 2 running, eta 40 s` */
function barOf({ progress, running, first, last }: Followed, nowMs: number): string {
  const { done } = last;
  const filled = progress.total === 0 ? 0 : Math.floor((done / progress.total) * BAR_COLUMNS);
  const bar = colors.green('='.repeat(filled)) + colors.dim('-'.repeat(BAR_COLUMNS - filled));
  const failed = `${progress.failed} failed`;
  const eachMs = done > first.done ? (last.atMs - first.atMs) / (done - first.done) : undefined;
  const left = progress.total - done;
  const eta = eachMs === undefined ? '-' : duration(Math.max(0, eachMs * left - (nowMs - last.atMs)));
  return [
    `[${bar}]  ${done}/${progress.total} done`,
    progress.failed > 0 ? colors.red(failed) : failed,
    `${running.length} running`,
    `eta ${eta}`,
  ].join(', ');
}

function doneOf({ completed, failed, cancelled }: Progress): number {
  return completed + failed + cancelled;
}

function forTime({ sinceMs, isSince }: Followed['running'][number], nowMs: number): string {
  return `${isSince ? 'over ' : ''}${duration(nowMs - sinceMs)}`;
}

/** `8 s`, `3 min`, `2 h 5 min`: as exact as one waits. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
