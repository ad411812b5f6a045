import { CONFIDENCE, type Interval, reach } from '../interval.ts';
import type { SurvivalCurve } from './kaplan-meier.ts';

/** The mean time until it happens, of which no more than `tauMs` is counted: the area under the curve up to there. */
export interface RestrictedMean {
  readonly tauMs: number;
  readonly ms: number;
  readonly standardError: number;
  readonly interval: Interval;
}

/**
 * The restricted mean survival time up to `tauMs`, with the variance of Klein and Moeschberger (Survival Analysis,
 * 4.5). Unlike a mean of successes it counts who was not back: with the whole of `tauMs`. Beyond the last time watched
 * the curve is taken to go on level, so `tauMs` should not lie behind it.
 */
export function restrictedMean(
  curve: SurvivalCurve,
  tauMs: number,
  confidence: number = CONFIDENCE,
): RestrictedMean {
  const steps = curve.steps.filter(({ ms }) => ms < tauMs);
  let area = 0;
  let variance = 0;
  for (const [index, step] of [...steps.entries()].reverse()) {
    area += step.surviving * ((steps[index + 1]?.ms ?? tauMs) - step.ms);
    const left = step.atRisk - step.events;
    if (left > 0) variance += area ** 2 * (step.events / (step.atRisk * left));
  }
  const ms = area + (steps[0]?.ms ?? tauMs);
  const standardError = Math.sqrt(variance);
  const spread = reach(confidence) * standardError;
  return {
    tauMs,
    ms,
    standardError,
    interval: { low: Math.max(0, ms - spread), high: Math.min(tauMs, ms + spread) },
  };
}
