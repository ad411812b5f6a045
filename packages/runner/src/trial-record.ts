import type { TrialRecord } from '@ordeal/store';

/** A record while its trial runs. */
export type DraftRecord = { -readonly [K in keyof TrialRecord]: TrialRecord[K] };

/** Nothing has happened yet. */
export function emptyRecord(): DraftRecord {
  return {
    zeroAt: '',
    appliedMs: null,
    activeMs: null,
    impairedMs: null,
    servingAgainMs: null,
    degradedMs: null,
    wholeAgainMs: null,
    brokeMs: null,
    resolvedMs: null,
    observedMs: 0,
    undoingMs: null,
    undoneMs: null,
    goneMs: null,
    wholeAfterUndo: null,
    afterLift: false,
    faultClearedBy: null,
    findings: [],
    initialState: null,
    finalState: null,
    chaosMetadata: null,
  };
}
