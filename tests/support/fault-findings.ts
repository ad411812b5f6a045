import type { TrialRecord } from '@ordeal/store';
import type { FaultFinding, FaultRow } from './fault-table.ts';

/** Where the trial came out otherwise than its row on the page says, a line for each part of health. */
export function contradictionsOf(row: FaultRow, record: TrialRecord | null): string[] {
  const found = findingsOf(row, record);
  return (['serving', 'whole'] as const)
    .filter((part) => !row[part].includes(found[part]))
    .map((part) => `${row.title}: ${part} is ${found[part]}, and the page says ${row[part].join(' or ')}`);
}

/** What the trial shows of both parts of health: the clocks are recorded whatever the goal. */
function findingsOf(
  { kind }: FaultRow,
  record: TrialRecord | null,
): Record<'serving' | 'whole', FaultFinding> {
  if (record === null) throw new Error('the trial has no record');
  const { impairedMs, servingAgainMs, degradedMs, wholeAgainMs, undoingMs } = record;
  const judge = (brokeMs: number | null, backMs: number | null): FaultFinding => {
    if (brokeMs === null) return 'unaffected';
    if (backMs === null) throw new Error('it never came back');
    // What happened once cannot be lifted: its undo at the end finds the node running.
    return kind === 'condition' && undoingMs !== null && undoingMs <= backMs ? 'after the lift' : 'resolved';
  };
  return { serving: judge(impairedMs, servingAgainMs), whole: judge(degradedMs, wholeAgainMs) };
}

/** For whoever refreshes the table's times, in seconds: when it broke, and how long after that, or after the lift, it was back. */
export function timesOf(row: FaultRow, record: TrialRecord | null): string {
  const times = (brokeMs?: number | null, backMs?: number | null) => {
    if (typeof brokeMs !== 'number' || typeof backMs !== 'number') return '-';
    const lifted = row.kind === 'condition' && (record?.undoingMs ?? backMs) < backMs;
    const fromMs = lifted ? (record?.undoingMs ?? 0) : brokeMs;
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
