import type { JsonObject } from '@ordeal/core';

export interface WorkerRow {
  readonly id: string;
  readonly place: string;
  readonly pid: number;
  /** `subject/runtime/fault` it can run. */
  readonly capabilities: readonly string[];
  /** What it knows and cannot run, with the reason. */
  readonly cannot: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly startedAt: Date;
  /** By the database's clock, for display. */
  readonly lastBeatAt: Date;
  /** Since then, by the same clock. */
  readonly silentMs: number;
}

/** A catalogue entry of a worker that has code which not every installation has. */
export interface PublishedEntry {
  readonly kind: 'subject' | 'fault' | 'operator';
  readonly name: string;
  readonly entry: JsonObject;
}

/** What a worker says of itself. */
export type NewWorker = Omit<WorkerRow, 'startedAt' | 'lastBeatAt' | 'silentMs'>;

/** Local slots in use. */
export interface WorkerSlots {
  readonly live: number;
  readonly resting: number;
}

/** A catalogue entry of a worker that has code which not every installation has. */
export interface PublishedEntry {
  readonly kind: 'subject' | 'fault' | 'operator';
  readonly name: string;
  readonly entry: JsonObject;
}
