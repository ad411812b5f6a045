import { CONFIDENCE, type Interval, reach } from '../interval.ts';
import { byTimeThenCensored, type CensoredTime } from './censored-time.ts';

/** The curve from `ms` on. */
export interface CurveStep {
  readonly ms: number;
  readonly atRisk: number;
  readonly events: number;
  /** The share for whom it has not happened by `ms`. */
  readonly surviving: number;
  /** Greenwood's. */
  readonly standardError: number;
  /** Pointwise, on the log-log scale, so that it stays within 0 and 1; null where the curve is at 0. */
  readonly interval: Interval | null;
}

export interface SurvivalCurve {
  readonly count: number;
  /** One a distinct time of events, in order of time. Before the first, everybody survives. */
  readonly steps: readonly CurveStep[];
  /** When somebody was watched no longer, in order of time. */
  readonly censoredMs: readonly number[];
}

/**
 * The product-limit estimate of Kaplan and Meier (1958, JASA 53:457), with Greenwood's variance (1926) and log-log
 * intervals (Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 1.4). A censored trial is at
 * risk until it was censored, and right after the events of that instant.
 *
 * @example kaplanMeier([{ ms: 6, censored: false }, { ms: 9, censored: true }]).steps // at 6 ms: surviving 0.5
 */
export function kaplanMeier(times: readonly CensoredTime[], confidence: number = CONFIDENCE): SurvivalCurve {
  const sorted = times.toSorted(byTimeThenCensored);
  const z = reach(confidence);
  const steps: CurveStep[] = [];
  let surviving = 1;
  let greenwood = 0;
  for (let index = 0; index < sorted.length; ) {
    const { ms = 0, censored } = sorted[index] ?? {};
    const atRisk = sorted.length - index;
    let events = 0;
    while (!censored && sorted[index + events]?.ms === ms && !sorted[index + events]?.censored) events += 1;
    index += Math.max(events, 1);
    if (events === 0) continue;
    surviving *= (atRisk - events) / atRisk;
    greenwood += events / (atRisk * (atRisk - events));
    steps.push({
      ms,
      atRisk,
      events,
      surviving,
      standardError: surviving === 0 ? 0 : surviving * Math.sqrt(greenwood),
      interval: surviving === 0 ? null : logLogInterval(surviving, greenwood, z),
    });
  }
  return {
    count: sorted.length,
    steps,
    censoredMs: sorted.filter(({ censored }) => censored).map(({ ms }) => ms),
  };
}

function logLogInterval(surviving: number, greenwood: number, z: number): Interval {
  const spread = Math.exp((z * Math.sqrt(greenwood)) / Math.log(surviving));
  return { low: surviving ** (1 / spread), high: surviving ** spread };
}
