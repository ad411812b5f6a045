import type { Trial, TrialRecord } from '@ordeal/store';

/** A completed trial that came back after two seconds. */
export function sampleTrial(part: Partial<Trial> = {}): Trial {
  return {
    id: '1',
    campaignId: '7',
    position: 0,
    key: 'postgres/node_kill#0',
    cell: 'postgres/node_kill',
    subject: 'postgres',
    chaosType: 'node_kill',
    chaosParams: {},
    target: 'any',
    durationSeconds: null,
    trialIndex: 0,
    baseline: false,
    arm: 'none',
    runtime: 'process',
    goal: 'serving',
    timing: { timeoutSeconds: 60, holdSeconds: 5, settleSeconds: 1, recoverySeconds: 60, horizonSeconds: 10 },
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
  return {
    zeroAt: '2026-01-01T00:00:00.000Z',
    appliedMs: 1,
    activeMs: 2,
    impairedMs: 100,
    servingAgainMs: 2_000,
    degradedMs: 100,
    wholeAgainMs: 3_000,
    brokeMs: 100,
    resolvedMs: 2_000,
    observedMs: 5_000,
    undoneMs: 5_100,
    goneMs: 5_200,
    wholeAfterUndo: true,
    afterLift: false,
    faultClearedBy: null,
    findings: [],
    initialState: null,
    finalState: null,
    chaosMetadata: null,
    ...part,
  };
}
