import type { Trial, TrialRecord } from '@ordeal/store';
import { sampleTrial as newTrial, sampleRecord as storedRecord } from '@ordeal/store/testing';

/** A completed trial that came back after two seconds. */
export function sampleTrial(part: Partial<Trial> = {}): Trial {
  return {
    ...newTrial(0, { chaosType: 'node_kill', chaosParams: {} }),
    id: '1',
    campaignId: '7',
    status: 'completed',
    outcome: 'resolved',
    voidCause: null,
    execution: 1,
    generation: 0,
    failures: 0,
    losses: 0,
    retryAt: null,
    slotFreeAt: null,
    error: null,
    record: sampleRecord(),
    endedAt: new Date(0),
    ...part,
  };
}

export function sampleRecord(part: Partial<TrialRecord> = {}): TrialRecord {
  return storedRecord({ brokeMs: 100, resolvedMs: 2_000, observedMs: 5_000, wholeAgainMs: 3_000, ...part });
}
