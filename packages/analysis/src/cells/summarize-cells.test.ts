import { describe, expect, it } from 'vitest';
import type { RecordedTrial } from '../recorded-trial.ts';
import { sampleRecorded as trial } from '../testing-trials.ts';
import { type CellSummary, createCellSummarizer } from './summarize-cells.ts';

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
      { ms: 3_000, censored: false, earliestMs: 2_700 },
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
