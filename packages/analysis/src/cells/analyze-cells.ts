import type { Goal, Outcome } from '@ordeal/core';
import { type Rate, rateOf } from '../rates/wilson.ts';
import { cellWithoutArm, detectionTime, type RecordedTrial, recoveryTime } from '../recorded-trial.ts';
import { type AvailabilityFigures, availabilityFigures } from './availability-figures.ts';
import { type OperatorFigures, operatorFigures } from './operator-figures.ts';
import { type TimeFigures, timeFigures } from './time-figures.ts';

/** One cell and arm. Times in ms since zero; null: nothing of the kind was recorded. */
export interface CellAnalysis {
  /** Without its arm. */
  readonly cell: string;
  readonly arm: string;
  readonly baseline: boolean;
  readonly goal: Goal;
  readonly trials: number;
  readonly completed: number;
  readonly failed: number;
  /** Pending, running or cancelled. */
  readonly unfinished: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** Resolved, of the trials whose goal broke. */
  readonly resolved: Rate;
  /** Whose goal never broke, of the completed trials. */
  readonly unaffected: Rate;
  /** To the goal's return, of the trials whose goal broke. */
  readonly recovery: TimeFigures | null;
  /** To the operator's first word. */
  readonly detection: TimeFigures | null;
  readonly availability: AvailabilityFigures | null;
  readonly operator: OperatorFigures | null;
  readonly writes: WritesFigures | null;
}

export interface WritesFigures {
  /** Trials whose writes were checked; the others count for nothing below. */
  readonly checked: number;
  readonly unchecked: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly trialsWithLoss: number;
}

/** By cell and arm, in order of first appearance. Times count up to the shortest time-out of a cell's arms. */
export function analyzeCells(trials: Iterable<RecordedTrial>): CellAnalysis[] {
  const groups = new Map<string, RecordedTrial[]>();
  const horizons = new Map<string, number>();
  for (const trial of trials) {
    const cell = cellWithoutArm(trial.cell);
    const name = `${cell}@${trial.arm}`;
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    group.push(trial);
    horizons.set(cell, Math.min(horizons.get(cell) ?? Number.POSITIVE_INFINITY, trial.timeoutMs));
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const cell = cellWithoutArm(first.cell);
    return [{ ...head(cell, first), ...analysis(group, horizons.get(cell) ?? 0) }];
  });
}

function head(cell: string, { arm, baseline, goal }: RecordedTrial) {
  return { cell, arm, baseline, goal };
}

function analysis(trials: readonly RecordedTrial[], horizonMs: number) {
  const completed = trials.filter(({ status }) => status === 'completed');
  const failed = trials.filter(({ status }) => status === 'failed').length;
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of trials) {
    if (outcome !== null) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  const { resolved = 0, unresolved = 0, unaffected = 0 } = outcomes;
  const recorded = <T>(value: (trial: RecordedTrial) => T | null | undefined): T[] =>
    completed.flatMap((trial) => value(trial) ?? []);
  return {
    trials: trials.length,
    completed: completed.length,
    failed,
    unfinished: trials.length - completed.length - failed,
    outcomes,
    resolved: rateOf(resolved, resolved + unresolved),
    unaffected: rateOf(unaffected, completed.length),
    recovery: timeFigures(recorded(recoveryTime), horizonMs) ?? null,
    detection: timeFigures(recorded(detectionTime), horizonMs) ?? null,
    availability: availabilityFigures(recorded(({ availability }) => availability)) ?? null,
    operator: operatorFigures(recorded(({ operator }) => operator)) ?? null,
    writes: writesFigures(completed),
  };
}

function writesFigures(trials: readonly RecordedTrial[]): WritesFigures | null {
  const looked = trials.flatMap(({ writes }) => writes ?? []);
  if (looked.length === 0) return null;
  const checked = looked.filter(({ unchecked }) => unchecked === null);
  return {
    checked: checked.length,
    unchecked: looked.length - checked.length,
    acknowledged: checked.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    lost: checked.reduce((sum, { lost }) => sum + lost, 0),
    trialsWithLoss: checked.filter(({ lost }) => lost > 0).length,
  };
}
