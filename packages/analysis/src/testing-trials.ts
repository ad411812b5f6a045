import type { RecordedTrial } from './recorded-trial.ts';

/** A completed trial that came back after two seconds. */
export function sampleRecorded(part: Partial<RecordedTrial> = {}): RecordedTrial {
  return {
    key: 'postgres/node_kill#0',
    cell: 'postgres/node_kill',
    arm: 'none',
    trialIndex: 0,
    baseline: false,
    goal: 'serving',
    status: 'completed',
    outcome: 'resolved',
    timeoutMs: 30_000,
    brokeMs: 100,
    resolvedMs: 2_000,
    observedMs: 5_000,
    zeroUncertaintyMs: 50,
    failures: 0,
    losses: 0,
    operator: null,
    availability: null,
    writes: null,
    ...part,
  };
}
