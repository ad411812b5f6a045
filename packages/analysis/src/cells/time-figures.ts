import { atEarliest, type CensoredTime } from '../survival/censored-time.ts';
import { kaplanMeier } from '../survival/kaplan-meier.ts';
import { type MedianTime, medianTime } from '../survival/median.ts';
import { type RestrictedMean, restrictedMean } from '../survival/restricted-mean.ts';

/** Times to one event, some of them censored, in figures. */
export interface TimeFigures {
  readonly count: number;
  readonly events: number;
  readonly censored: number;
  readonly median: MedianTime;
  readonly restrictedMean: RestrictedMean;
  /**
   * The same with each event at its earliest. Times that were seen in steps are known as intervals only; Kaplan and
   * Meier's curve falls no later when events come earlier, so the truth lies between these figures and those above.
   */
  readonly earliest: { readonly medianMs: number | null; readonly restrictedMeanMs: number };
}

/**
 * @param horizonMs up to where times count; lowered to the last time watched where some were not watched that long
 * @returns undefined without any time
 */
export function timeFigures(times: readonly CensoredTime[], horizonMs: number): TimeFigures | undefined {
  if (times.length === 0) return undefined;
  const curve = kaplanMeier(times);
  const earliest = kaplanMeier(atEarliest(times));
  const tauMs = watchedUntil(times, horizonMs);
  const events = times.filter(({ censored }) => !censored).length;
  return {
    count: times.length,
    events,
    censored: times.length - events,
    median: medianTime(curve),
    restrictedMean: restrictedMean(curve, tauMs),
    earliest: {
      medianMs: medianTime(earliest).ms,
      restrictedMeanMs: restrictedMean(earliest, tauMs).ms,
    },
  };
}

/** A curve that ends at 0 is known for ever; another one until its last time. */
function watchedUntil(times: readonly CensoredTime[], horizonMs: number): number {
  const lastMs = times.reduce((last, { ms }) => Math.max(last, ms), 0);
  const open = times.some(({ ms, censored }) => censored && ms === lastMs);
  return open ? Math.min(horizonMs, lastMs) : horizonMs;
}
