import type { WorkerRow } from '@ordeal/store';

/** A worker, and how many of its slots are taken. */
export interface WorkerStatusReport extends WorkerRow {
  readonly live: number;
  readonly resting: number;
}
