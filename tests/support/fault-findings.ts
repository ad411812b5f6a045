import type { TrialRecord } from '@ordeal/store';
import type { FaultFinding, FaultRow } from './fault-table.ts';

/** What the trial shows of both parts of health: the clocks are recorded whatever the goal. */
export function findingsOf(
  { kind }: FaultRow,
  record: TrialRecord | null,
): Pick<FaultRow, 'serving' | 'whole'> {
  if (record === null) throw new Error('the trial has no record');
  const { impairedMs, servingAgainMs, degradedMs, wholeAgainMs, undoneMs } = record;
  const judge = (brokeMs: number | null, backMs: number | null): FaultFinding => {
    if (brokeMs === null) return 'unaffected';
    if (backMs === null) throw new Error('it never came back');
    // What happened once cannot be lifted: its undo at the end finds the node running.
    return kind === 'condition' && undoneMs !== null && undoneMs <= backMs ? 'after the lift' : 'resolved';
  };
  return { serving: judge(impairedMs, servingAgainMs), whole: judge(degradedMs, wholeAgainMs) };
}

/** For whoever refreshes the table's times, in seconds: when it broke, and how long after that, or after the lift, it was back. */
export function timesOf(row: FaultRow, record: TrialRecord | null): string {
  const times = (brokeMs?: number | null, backMs?: number | null) => {
    if (typeof brokeMs !== 'number' || typeof backMs !== 'number') return '-';
    const lifted = row.kind === 'condition' && (record?.undoneMs ?? backMs) < backMs;
    const fromMs = lifted ? (record?.undoneMs ?? 0) : brokeMs;
    return `${seconds(brokeMs)}, ${seconds(backMs - fromMs)}`;
  };
  const active = seconds(record?.activeMs ?? Number.NaN);
  const serving = times(record?.impairedMs, record?.servingAgainMs);
  const whole = times(record?.degradedMs, record?.wholeAgainMs);
  return `${row.title}: active ${active}; serving ${serving}; whole ${whole}`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
