import type { Goal, Outcome, TrialStatus } from '@ordeal/core';

/** What the analysis needs of a recorded trial. Times in ms since zero. */
export interface RecordedTrial {
  readonly key: string;
  readonly cell: string;
  readonly arm: string;
  readonly goal: Goal;
  readonly status: TrialStatus;
  readonly outcome: Outcome | null;
  readonly brokeMs: number | null;
  readonly resolvedMs: number | null;
  readonly observedMs: number | null;
}

/** A time to recovery: known, or known to be longer than what was watched. */
export interface CensoredTime {
  readonly ms: number;
  readonly censored: boolean;
}

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
      const recovery = recoveryOf(trial);
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

/**
 * The median as Kaplan and Meier estimate it (1958): the first time by which at least half are back, counting a
 * censored trial as at risk until it was censored.
 * @returns null when fewer than half are known to be back
 */
export function medianRecovery(times: readonly CensoredTime[]): number | null {
  let surviving = 1;
  let atRisk = times.length;
  for (const time of [...times].sort(byTimeThenCensored)) {
    if (!time.censored) surviving *= (atRisk - 1) / atRisk;
    // Products of fractions miss one half by a rounding error.
    if (!time.censored && surviving <= 0.5 + Number.EPSILON) return time.ms;
    atRisk -= 1;
  }
  return null;
}

function recoveryOf(trial: RecordedTrial): CensoredTime | undefined {
  if (trial.outcome === 'resolved' && trial.resolvedMs !== null) {
    return { ms: trial.resolvedMs, censored: false };
  }
  if (trial.outcome === 'unresolved' && trial.observedMs !== null) {
    return { ms: trial.observedMs, censored: true };
  }
  return undefined;
}

/** At one instant events come before censorings, the usual convention. */
function byTimeThenCensored(a: CensoredTime, b: CensoredTime): number {
  return a.ms - b.ms || Number(a.censored) - Number(b.censored);
}
