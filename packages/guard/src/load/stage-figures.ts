import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { LoadFigures, LoadLine } from '@ordeal/core';

/** Clients tell tenths of milliseconds, and a histogram counts whole numbers. */
const PER_MS = 10;
/** What takes longer than an hour is counted as an hour: it is in no trial. */
const LONGEST = 3_600_000 * PER_MS;

/**
 * The operations of one stage of a trial. Their latencies are kept in an HDR histogram, within a thousandth of what
 * they were, so that an hour of them takes no more memory (150 kB) than a minute.
 */
export class StageFigures {
  #operations = 0;
  #ok = 0;
  #latencies: RecordableHistogram | undefined;

  /** @param isOk it was answered, and in time */
  add({ ok: isAnswered, ms }: LoadLine, isOk: boolean): void {
    this.#operations += 1;
    if (isOk) this.#ok += 1;
    if (!isAnswered) return;
    this.#latencies ??= createHistogram({ lowest: 1, highest: LONGEST, figures: 3 });
    this.#latencies.record(Math.min(Math.max(1, Math.round(ms * PER_MS)), LONGEST));
  }

  figures(): LoadFigures {
    const percentileMs = (percent: number): number | null =>
      this.#latencies === undefined ? null : this.#latencies.percentile(percent) / PER_MS;
    return {
      operations: this.#operations,
      ok: this.#ok,
      p50Ms: percentileMs(50),
      p95Ms: percentileMs(95),
      p99Ms: percentileMs(99),
    };
  }
}
