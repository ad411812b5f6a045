import type { Goal, Outcome } from '@ordeal/core';
import { type RecordedTrial, recoveryTime } from '../recorded-trial.ts';
import { byTimeThenCensored, type CensoredTime } from '../survival/censored-time.ts';

export interface CellSummary {
  readonly cell: string;
  readonly arm: string;
  readonly goal: Goal;
  readonly trials: number;
  readonly completed: number;
  readonly failed: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** From zero to the goal's return, one per trial whose goal broke, shortest first; a time-out is censored, not left out. */
  readonly recoveries: readonly CensoredTime[];
}

/** Sums up trials as they come: of each it keeps the time to recovery and nothing else. */
export interface CellSummarizer {
  add(trial: RecordedTrial): void;
  /** By cell and arm, in order of first appearance. */
  summaries(): CellSummary[];
}

/**
 * @example
 * const summarizer = createCellSummarizer();
 * for await (const trial of trials) summarizer.add(trial);
 * const cells = summarizer.summaries();
 */
export function createCellSummarizer(): CellSummarizer {
  const cells = new Map<string, GrowingSummary>();
  return {
    add(trial) {
      const name = `${trial.cell}@${trial.arm}`;
      const cell = cells.get(name) ?? startSummary(trial);
      cells.set(name, cell);
      cell.trials += 1;
      if (trial.status === 'completed') cell.completed += 1;
      if (trial.status === 'failed') cell.failed += 1;
      if (trial.outcome !== null) cell.outcomes[trial.outcome] = (cell.outcomes[trial.outcome] ?? 0) + 1;
      const recovery = recoveryTime(trial);
      if (recovery !== undefined) cell.recoveries.push(recovery);
    },
    summaries: () =>
      [...cells.values()].map((cell) => ({
        ...cell,
        outcomes: { ...cell.outcomes },
        recoveries: cell.recoveries.toSorted(byTimeThenCensored),
      })),
  };
}

interface GrowingSummary extends CellSummary {
  trials: number;
  completed: number;
  failed: number;
  readonly outcomes: Partial<Record<Outcome, number>>;
  readonly recoveries: CensoredTime[];
}

function startSummary({ cell, arm, goal }: RecordedTrial): GrowingSummary {
  return { cell, arm, goal, trials: 0, completed: 0, failed: 0, outcomes: {}, recoveries: [] };
}
