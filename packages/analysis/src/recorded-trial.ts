import type { Availability, Goal, OperatorRecord, Outcome, TrialStatus, WritesCheck } from '@ordeal/core';
import type { CensoredTime } from './survival/censored-time.ts';

/** What the analysis needs of a recorded trial. Times in ms since zero. */
export interface RecordedTrial {
  readonly key: string;
  /** With or without its arm: `postgres/latency`, `postgres/latency@slow`. */
  readonly cell: string;
  readonly arm: string;
  readonly trialIndex: number;
  readonly baseline: boolean;
  readonly goal: Goal;
  readonly status: TrialStatus;
  readonly outcome: Outcome | null;
  readonly timeoutMs: number;
  readonly brokeMs: number | null;
  readonly resolvedMs: number | null;
  readonly observedMs: number | null;
  /** From applying the fault to seeing it bite: zero lies somewhere in between. */
  readonly zeroUncertaintyMs: number;
  /** Executions that ended void or in error. */
  readonly failures: number;
  /** Executions whose worker or guard was lost. */
  readonly losses: number;
  readonly operator: OperatorRecord | null;
  readonly availability: Availability | null;
  readonly writes: WritesCheck | null;
}

/** Health is sampled about so often: what was first seen at one sample happened after the one before. */
export const SAMPLING_MS = 250;

/** The cell that an arm shares with the others: `postgres/latency@slow` is `postgres/latency`. */
export function cellWithoutArm(cell: string): string {
  return cell.split('@')[0] ?? cell;
}

/**
 * From zero to the goal's return; undefined when the goal never broke or the trial found nothing. A time-out is a
 * censored time. What came back after the time-out was still away at the time-out, and that is what counts.
 */
export function recoveryTime(trial: RecordedTrial): CensoredTime | undefined {
  const { outcome, resolvedMs, observedMs, timeoutMs } = trial;
  if (outcome === 'resolved' && resolvedMs !== null) {
    const earliestMs = Math.max(0, resolvedMs - SAMPLING_MS - trial.zeroUncertaintyMs);
    return { ms: resolvedMs, censored: false, earliestMs };
  }
  if (outcome === 'unresolved' && observedMs !== null) {
    return { ms: Math.min(observedMs, timeoutMs), censored: true };
  }
  return undefined;
}

/** The same, for comparing arms: a goal that never broke was never away, so it counts as back at once. */
export function timeAway(trial: RecordedTrial): CensoredTime | undefined {
  return trial.outcome === 'unaffected' ? { ms: 0, censored: false } : recoveryTime(trial);
}

/** From zero to the operator's first word of it; censored where its trial was watched no longer. */
export function detectionTime({ operator, observedMs }: RecordedTrial): CensoredTime | undefined {
  if (operator === null || observedMs === null) return undefined;
  const { detectedMs } = operator;
  return detectedMs === null
    ? { ms: observedMs, censored: true }
    : { ms: Math.max(0, detectedMs), censored: false };
}
