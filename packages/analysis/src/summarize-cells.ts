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

/** Groups a campaign's trials by cell and arm, in order of first appearance. */
export function summarizeCells(trials: Iterable<RecordedTrial>): CellSummary[] {
  const groups = Map.groupBy(trials, (trial) => `${trial.cell}@${trial.arm}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return {
      cell: first.cell,
      arm: first.arm,
      goal: first.goal,
      trials: group.length,
      completed: group.filter((trial) => trial.status === 'completed').length,
      failed: group.filter((trial) => trial.status === 'failed').length,
      outcomes: countOutcomes(group),
      recoveries: group.flatMap(recoveryOf).sort(byTimeThenCensored),
    };
  });
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

function countOutcomes(group: readonly RecordedTrial[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of group) if (outcome !== null) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function recoveryOf(trial: RecordedTrial): CensoredTime[] {
  if (trial.outcome === 'resolved' && trial.resolvedMs !== null) {
    return [{ ms: trial.resolvedMs, censored: false }];
  }
  if (trial.outcome === 'unresolved' && trial.observedMs !== null) {
    return [{ ms: trial.observedMs, censored: true }];
  }
  return [];
}

/** At one instant events come before censorings, the usual convention. */
function byTimeThenCensored(a: CensoredTime, b: CensoredTime): number {
  return a.ms - b.ms || Number(a.censored) - Number(b.censored);
}
