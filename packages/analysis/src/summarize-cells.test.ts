import { describe, expect, it } from 'vitest';
import {
  type CellSummary,
  createCellSummarizer,
  medianRecovery,
  type RecordedTrial,
} from './summarize-cells.ts';

function trial(part: Partial<RecordedTrial>): RecordedTrial {
  return {
    key: 'postgres/node_kill#0',
    cell: 'postgres/node_kill',
    arm: 'none',
    goal: 'serving',
    status: 'completed',
    outcome: 'resolved',
    brokeMs: 100,
    resolvedMs: 2_000,
    observedMs: 5_000,
    ...part,
  };
}

function summarize(trials: readonly RecordedTrial[]): CellSummary[] {
  const summarizer = createCellSummarizer();
  for (const each of trials) summarizer.add(each);
  return summarizer.summaries();
}

describe('the cell summarizer', () => {
  it('keeps a time-out as a censored time beside the others', () => {
    const [cell] = summarize([
      trial({ outcome: 'unresolved', resolvedMs: null, observedMs: 30_000 }),
      trial({ resolvedMs: 3_000 }),
      trial({ outcome: 'unaffected', brokeMs: null, resolvedMs: null }),
    ]);
    expect(cell?.recoveries).toEqual([
      { ms: 3_000, censored: false },
      { ms: 30_000, censored: true },
    ]);
    expect(cell?.outcomes).toEqual({ unresolved: 1, resolved: 1, unaffected: 1 });
  });

  it('counts failed trials apart and keeps cells in order', () => {
    const cells = summarize([
      trial({ cell: 'b' }),
      trial({ cell: 'a', status: 'failed', outcome: 'void', resolvedMs: null }),
    ]);
    expect(cells.map((cell) => [cell.cell, cell.failed])).toEqual([
      ['b', 0],
      ['a', 1],
    ]);
  });

  it('keeps arms of one cell apart, and can be asked before the last trial has come', () => {
    const summarizer = createCellSummarizer();
    summarizer.add(trial({ arm: 'none' }));
    const early = summarizer.summaries();
    summarizer.add(trial({ arm: 'fast', resolvedMs: 10 }));
    summarizer.add(trial({ arm: 'none', resolvedMs: 20 }));
    expect(early).toMatchObject([{ arm: 'none', trials: 1, outcomes: { resolved: 1 } }]);
    expect(early[0]?.recoveries).toHaveLength(1);
    expect(summarizer.summaries()).toMatchObject([
      { arm: 'none', trials: 2, completed: 2, recoveries: [{ ms: 20 }, { ms: 2_000 }] },
      { arm: 'fast', trials: 1 },
    ]);
  });
});

describe('medianRecovery', () => {
  const known = (ms: number) => ({ ms, censored: false });
  const censored = (ms: number) => ({ ms, censored: true });

  it('is the middle when all are known', () => {
    expect(medianRecovery([known(3), known(1), known(2)])).toBe(2);
  });
  it('is not reached when half or more timed out', () => {
    expect(medianRecovery([known(1), censored(10), censored(10)])).toBeNull();
  });
  it('takes a trial censored early out of those at risk', () => {
    // 4 at risk: 3/4 at 1; the one censored at 2 leaves 2 at risk: 3/8 at 3.
    expect(medianRecovery([known(1), censored(2), known(3), known(4)])).toBe(3);
  });
  it('knows nothing without trials', () => {
    expect(medianRecovery([])).toBeNull();
  });
});
