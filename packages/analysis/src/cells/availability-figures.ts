import type { Availability, LoadFigures } from '@ordeal/core';
import { median } from 'simple-statistics';

/** One stretch of a cell's trials. */
export interface StretchFigures {
  readonly operations: number;
  readonly ok: number;
  /** Of all operations of all trials; null without any. */
  readonly successRatio: number | null;
  /** Medians over the trials of each trial's percentile: percentiles themselves cannot be added up. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** What the clients of a cell's trials met. */
export interface AvailabilityFigures {
  readonly trials: number;
  readonly before: StretchFigures;
  readonly under: StretchFigures;
  readonly after: StretchFigures;
  readonly longestOutageMs: { readonly median: number; readonly worst: number };
}

/** @returns undefined when none was recorded */
export function availabilityFigures(recorded: readonly Availability[]): AvailabilityFigures | undefined {
  if (recorded.length === 0) return undefined;
  const outages = recorded.map(({ longestOutageMs }) => longestOutageMs);
  return {
    trials: recorded.length,
    before: stretch(recorded.map(({ before }) => before)),
    under: stretch(recorded.map(({ under }) => under)),
    after: stretch(recorded.map(({ after }) => after)),
    longestOutageMs: { median: median(outages), worst: outages.reduce((a, b) => Math.max(a, b), 0) },
  };
}

function stretch(figures: readonly LoadFigures[]): StretchFigures {
  const operations = figures.reduce((sum, each) => sum + each.operations, 0);
  const ok = figures.reduce((sum, each) => sum + each.ok, 0);
  return {
    operations,
    ok,
    successRatio: operations === 0 ? null : ok / operations,
    p50Ms: medianOf(figures.map(({ p50Ms }) => p50Ms)),
    p95Ms: medianOf(figures.map(({ p95Ms }) => p95Ms)),
    p99Ms: medianOf(figures.map(({ p99Ms }) => p99Ms)),
  };
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}
