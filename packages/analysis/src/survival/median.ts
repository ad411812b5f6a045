import type { SurvivalCurve } from './kaplan-meier.ts';

/** Null: not reached, because too few are known to be back by the end of the watching. */
export interface MedianTime {
  readonly ms: number | null;
  readonly lowMs: number | null;
  readonly highMs: number | null;
}

/** Products of fractions miss one half by a rounding error. */
const HALF = 0.5 + 1e-12;

/**
 * The first time by which at least half are back, and the times at which the curve's interval comes down to one
 * half: Brookmeyer and Crowley (1982, Biometrics 38:29), on the log-log scale.
 */
export function medianTime(curve: SurvivalCurve): MedianTime {
  const first = (value: (step: SurvivalCurve['steps'][number]) => number): number | null =>
    curve.steps.find((step) => value(step) <= HALF)?.ms ?? null;
  return {
    ms: first((step) => step.surviving),
    lowMs: first((step) => step.interval?.low ?? 0),
    highMs: first((step) => step.interval?.high ?? 0),
  };
}
