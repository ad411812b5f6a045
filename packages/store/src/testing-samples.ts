import { NO_FAULT } from '@ordeal/core';
import type { NewCampaign, NewTrial, TrialRecord } from './rows.ts';

export function sampleCampaign(given: Partial<NewCampaign> = {}): NewCampaign {
  return {
    name: 'sample',
    seed: 42,
    parallel: 1,
    cooldownSeconds: 0,
    attempts: 3,
    backoffSeconds: 5,
    operator: 'none',
    config: { name: 'sample' },
    source: 'name: sample\n',
    ...given,
  };
}

export function sampleTrial(position: number, given: Partial<NewTrial> = {}): NewTrial {
  const chaosType = given.chaosType ?? 'latency';
  return {
    position,
    key: `postgres/${chaosType}#${position}`,
    cell: `postgres/${chaosType}`,
    subject: 'postgres',
    chaosType,
    chaosParams: chaosType === NO_FAULT ? {} : { min_ms: 50, max_ms: 150 },
    target: 'any',
    durationSeconds: null,
    trialIndex: position,
    baseline: chaosType === NO_FAULT,
    arm: 'none',
    runtime: 'process',
    goal: 'serving',
    timing: {
      timeoutSeconds: 300,
      holdSeconds: 10,
      settleSeconds: 3,
      recoverySeconds: 60,
      horizonSeconds: 10,
    },
    ...given,
  };
}

/** Lazily, in order of position. */
export function* sampleTrials(count: number, given: Partial<NewTrial> = {}): Generator<NewTrial> {
  for (let position = 0; position < count; position++) yield sampleTrial(position, given);
}

export function sampleRecord(given: Partial<TrialRecord> = {}): TrialRecord {
  return {
    zeroAt: '2026-01-01T00:00:00.000Z',
    appliedMs: 1,
    activeMs: 20,
    impairedMs: 500,
    servingAgainMs: 2_500,
    degradedMs: null,
    wholeAgainMs: null,
    brokeMs: 500,
    resolvedMs: 2_500,
    observedMs: 5_500,
    undoingMs: 5_550,
    undoneMs: 5_600,
    goneMs: 5_650,
    wholeAfterUndo: true,
    afterLift: false,
    faultClearedBy: null,
    findings: [],
    initialState: null,
    finalState: null,
    chaosMetadata: null,
    ...given,
  };
}
