import { type CampaignConfig, leaveOut } from '@ordeal/campaign';
import { OrdealError, operatorNeed } from '@ordeal/core';

/** What one worker can run, and what it knows and cannot, as `subject/runtime/fault`. */
export interface Offer {
  /** For people: `worker w-1`. */
  readonly name: string;
  readonly can: readonly string[];
  readonly cannot: Readonly<Record<string, string>>;
}

/** Why this worker cannot run it; undefined: it can. */
export function whyNot(need: string, { can, cannot }: Offer): string | undefined {
  if (can.includes(need)) return undefined;
  return (Object.hasOwn(cannot, need) ? cannot[need] : undefined) ?? 'it has never heard of it';
}

/** What each cell of the campaign asks of a worker, and its operator. */
export function needsOf(config: CampaignConfig): string[] {
  const needs = config.cells.map((cell) => `${cell.subject}/${cell.runtime}/${cell.chaos_type}`);
  needs.push(...operatorsOf(config).flatMap((name) => operatorNeed(name) ?? []));
  return [...new Set(needs)].sort();
}

/** Everyone who is to repair in one of its trials. */
export function operatorsOf({ arms }: Pick<CampaignConfig, 'arms'>): string[] {
  return [...new Set(arms.map(({ operator }) => operator))];
}

/**
 * The campaign as far as one worker can run it: the one that can run most of its cells, for a campaign is run whole.
 * @throws OrdealError NO_WORKER when there is none to ask, UNSUPPORTED when nothing would be left
 */
export function leaveOutUnsupported(config: CampaignConfig, offers: readonly Offer[]): CampaignConfig {
  const results = offers.map((offer) =>
    leaveOut(config, (need) => {
      const why = whyNot(need, offer);
      return why === undefined ? undefined : `${offer.name}: ${why}`;
    }),
  );
  const [best] = results.toSorted((a, b) => b.cells.length - a.cells.length);
  if (best === undefined) {
    throw new OrdealError(
      'NO_WORKER',
      'no live worker can be asked what it supports: nothing was enqueued; start one, or leave --skip-unsupported away',
    );
  }
  if (best.cells.length > 0) return best;
  const reasons = [...new Set(best.skipped.map(({ cell, why }) => `  ${cell}: ${why}`))].join('\n');
  throw new OrdealError('UNSUPPORTED', `nothing of it can be run: nothing was enqueued\n${reasons}`);
}
