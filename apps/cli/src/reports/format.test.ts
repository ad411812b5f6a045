import { stripVTControlCharacters } from 'node:util';
import { OUTCOMES } from '@ordeal/core';
import type { Trial } from '@ordeal/store';
import { describe, expect, it } from 'vitest';
import { trialResult } from './format.ts';
import { sampleRecord, sampleTrial } from './testing-trials.ts';

const said = (part: Partial<Trial>): string => stripVTControlCharacters(trialResult(sampleTrial(part)));
const never = sampleRecord({ brokeMs: null, resolvedMs: null });

describe('the result of a trial in words', () => {
  it.each([
    { outcome: 'resolved', record: sampleRecord(), words: 'resolved: not serving at 0.1 s, again at 2.0 s' },
    {
      outcome: 'unresolved',
      record: sampleRecord({ resolvedMs: null }),
      words: 'unresolved: not serving at 0.1 s, still not at 5.0 s',
    },
    { outcome: 'unaffected', record: never, words: 'unaffected: serving throughout 5.0 s under the fault' },
    {
      outcome: 'false_alarm',
      record: sampleRecord({ resolvedMs: null }),
      words: 'false alarm: not serving at 0.1 s without any fault',
    },
    { outcome: 'quiet', record: never, words: 'quiet' },
    { outcome: 'void', record: never, words: 'void' },
  ] as const)('$outcome', ({ outcome, record, words }) => {
    expect(OUTCOMES).toContain(outcome);
    expect(said({ outcome, record })).toBe(words);
  });

  it('tells of our own lift and of findings', () => {
    const record = sampleRecord({ afterLift: true, findings: ['undo unproven', 'not whole'] });
    expect(said({ record })).toBe(
      'resolved: not serving at 0.1 s, again at 2.0 s, after the fault was lifted [undo unproven, not whole]',
    );
  });

  it('gives the error of a failed trial, and the status of one without a result', () => {
    expect(said({ status: 'failed', outcome: 'void', error: 'never steady' })).toBe('failed: never steady');
    expect(said({ status: 'cancelled', outcome: null, record: null })).toBe('cancelled');
    expect(said({ status: 'completed', outcome: null, record: null })).toBe('completed');
  });
});
