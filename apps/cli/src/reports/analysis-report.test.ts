import { analyzeCells, evidenceBalance } from '@ordeal/analysis';
import type { OperatorRecord } from '@ordeal/core';
import type { Trial } from '@ordeal/store';
import { describe, expect, it } from 'vitest';
import { analysisReport } from './analysis-report.ts';
import { percent } from './figures-text.ts';
import { recordedTrial } from './recorded-trials.ts';
import { sampleRecord, sampleTrial } from './testing-trials.ts';

const CAMPAIGN = { id: '7', name: 'nightly', status: 'finished', seed: 42 } as const;

function report(trials: readonly Trial[]): string {
  const recorded = trials.map(recordedTrial);
  return analysisReport(CAMPAIGN, analyzeCells(recorded), evidenceBalance(recorded));
}

const unresolved = {
  outcome: 'unresolved',
  record: sampleRecord({ resolvedMs: null, observedMs: 300_200 }),
} as const;

describe('the analysis as text', () => {
  it('has rates and times with intervals, and no mean of successes', () => {
    const text = report([
      ...Array.from({ length: 9 }, () => sampleTrial()),
      sampleTrial(unresolved),
      sampleTrial({ status: 'failed', outcome: 'void', failures: 3, record: null }),
    ]);
    expect(text).toContain('9 resolved, 1 unresolved, 1 void');
    expect(text).toContain('90 % (60 to 98 %)');
    expect(text).toContain('median to recovery');
    // Nine times 2 s and one of 300 s cut off, over ten; a mean of successes would say 2 s.
    expect(text).toContain('mean within 300.0 s');
    expect(text).toContain('31.8 s (');
    expect(text).toContain('Without a result, none: 3 executions void or in error, 0 lost.');
    expect(text).toContain('true times may be up to 0.2 s shorter');
  });

  it('shows the operator, the load and lost writes where they were recorded', () => {
    const operator: OperatorRecord = {
      operator: 'claim-only',
      detectedMs: 500,
      claimedResolvedMs: 600,
      acts: [],
      claim: 'false_resolve',
      mendedBy: 'system',
      actsOnHealthyNodes: 2,
      nodesStopped: 1,
      notes: [],
    };
    const load = { operations: 1_000, ok: 999, p50Ms: 1, p95Ms: 2, p99Ms: 3.25 };
    const availability = { before: load, under: { ...load, ok: 1 }, after: load, longestOutageMs: 1_900 };
    const writes = { acknowledged: 400, lost: 3, examples: [], unchecked: null };
    const text = report([
      sampleTrial({ arm: 'claim-only', record: sampleRecord({ operator, availability, writes }) }),
    ]);
    expect(text).toContain('0 of 1');
    expect(text).toContain('1 false resolve');
    expect(text).toContain('2, stopped 1');
    expect(text).toMatch(/99\.9 % +0\.1 % +99\.9 % +3\.3 ms/);
    expect(text).toContain('lost 3 of 400 acknowledged writes, in 1 of 1 checked trial');
    expect(report([sampleTrial()])).not.toMatch(/commands|longest outage|Lost writes/);
  });

  it('warns when one arm has less evidence, and names the command that compares', () => {
    const arm = (name: string, failures: number): Trial[] =>
      Array.from({ length: 8 }, () => sampleTrial({ arm: name, failures }));
    const text = report([...arm('none', 0), ...arm('mine', 1)]);
    expect(text).toContain('more often in one arm than in another (p < 0.001)');
    expect(text).toContain('pnpm ordeal compare 7 --arms none mine');
    expect(report([...arm('none', 1), ...arm('mine', 1)])).not.toContain('more often');
  });
});

it('a percentage says 100 of all only, and 0 of none only', () => {
  expect([0, 0.001, 0.5, 0.999, 1].map(percent)).toEqual(['0', '0.1', '50', '99.9', '100']);
});
