import type { LoadFigures, WritesCheck } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { availabilityReport, writesReport } from './load-report.ts';

const none: LoadFigures = { operations: 0, ok: 0, p50Ms: null, p95Ms: null, p99Ms: null };

it('shows how available it was, stage by stage', () => {
  const report = availabilityReport({
    before: { operations: 40, ok: 40, p50Ms: 1.2, p95Ms: 3, p99Ms: 4.5 },
    under: { operations: 10_000, ok: 9_999, p50Ms: 2, p95Ms: 900.04, p99Ms: 1_000 },
    after: none,
    longestOutageMs: 1_240,
  });
  const lines = report.split('\n').map((line) => line.trim().split(/\s{2,}/));
  expect(lines.slice(1)).toEqual([
    ['before', '40', '100.0 %', '1.2 ms', '3.0 ms', '4.5 ms'],
    ['under the fault', '10000', '99.9 %', '2.0 ms', '900.0 ms', '1000.0 ms'],
    ['after it', '0', '-', '-', '-', '-'],
    ['longest outage since zero: 1.2 s'],
  ]);
});

describe('the acknowledged writes in a sentence', () => {
  const calm: WritesCheck = { acknowledged: 300, lost: 0, examples: [], unchecked: null };
  it.each<[Partial<WritesCheck>, string]>([
    [{}, 'none lost'],
    [{ lost: 2, examples: ['7', '8'] }, '2 lost: 7, 8'],
    [{ lost: 3, examples: ['7', '8'] }, '3 lost: 7, 8, ...'],
    [{ checked: 100 }, 'none of 100 looked for lost'],
    [{ checked: 100, lost: 1, examples: ['7'] }, '1 of 100 looked for lost: 7'],
    [{ unchecked: 'no primary' }, 'not looked for: no primary'],
  ])('%j', (part, said) => {
    expect(writesReport({ ...calm, ...part })).toBe(`acknowledged writes: 300, ${said}`);
  });
});
