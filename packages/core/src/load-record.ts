/** What the client's load met in one stretch of a trial. */
export interface LoadFigures {
  /** Operations that ended in it. */
  readonly operations: number;
  /** Those that succeeded, and took no longer than the subject's `slo` allows. */
  readonly ok: number;
  /** Percentiles of the latency of those that succeeded, however slow, in ms, within a thousandth; null without any. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/**
 * How available the subject was to its client. Before: from the beginning of the good stretch that made it steady, to
 * zero. Under: to undone. After: from there to the end of the watch. A baseline is all before and under.
 */
export interface Availability {
  readonly before: LoadFigures;
  readonly under: LoadFigures;
  readonly after: LoadFigures;
  /** The longest stretch from zero on in which no read, or no write, succeeded, in ms. */
  readonly longestOutageMs: number;
}

/** Whether the writes that the client saw acknowledged are still there after the trial. */
export interface WritesCheck {
  /** All that the client told of. */
  readonly acknowledged: number;
  /** How many of them were looked for: a uniform sample, when there were more than can be kept. Absent: all. */
  readonly checked?: number;
  /** Acknowledged, checked, and gone. */
  readonly lost: number;
  /** Some of the lost ones, for people. */
  readonly examples: readonly string[];
  /** Why they could not be checked; null: they were. */
  readonly unchecked: string | null;
}
