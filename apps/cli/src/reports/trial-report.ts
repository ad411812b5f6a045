import type { Execution, Injection, Trial, TrialEvent } from '@ordeal/store';
import { table } from '../terminal/table.ts';
import { seconds, trialResult } from './format.ts';
import { availabilityReport, writesReport } from './load-report.ts';
import { operatorReport } from './operator-report.ts';

/** Everything about one trial, for a person: result, executions, faults, timeline, states. */
export function trialReport(
  trial: Trial,
  executions: readonly Execution[],
  injections: readonly Injection[],
  events: readonly TrialEvent[],
): string {
  const parts = [
    `Trial ${trial.id}: ${trial.key} (campaign ${trial.campaignId}, ${trial.status}, goal ${trial.goal})`,
    trialResult(trial),
  ];
  if (executions.length > 0) {
    parts.push(
      table(
        ['execution', 'worker', 'end', 'outcome', 'error'],
        executions.map((execution) => [
          String(execution.execution),
          execution.workerId,
          execution.end ?? 'running',
          execution.outcome ?? execution.voidCause ?? '-',
          execution.error ?? '',
        ]),
      ),
    );
  }
  if (injections.length > 0) {
    parts.push(
      table(
        ['injection', 'fault', 'targets', 'state'],
        injections.map((injection) => [
          injection.id,
          injection.plan.type,
          injection.plan.targets.map((target) => `${target.name} (${target.role})`).join(', '),
          injection.state,
        ]),
      ),
    );
  }
  if (trial.record?.availability) parts.push(availabilityReport(trial.record.availability));
  if (trial.record?.writes) parts.push(writesReport(trial.record.writes));
  if (trial.record?.operator !== undefined) parts.push(operatorReport(trial.record.operator));
  const counted = events.filter((event) => event.execution === trial.execution);
  if (counted.length > 0) {
    const rows = counted.map((event) => [
      event.sinceZeroMs === null ? '' : seconds(event.sinceZeroMs),
      event.kind,
      Object.entries(event.data)
        .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(', ')
        .slice(0, 100),
    ]);
    parts.push(table(['since zero', 'event', ''], rows));
  }
  if (trial.record?.initialState) parts.push(`state before\n${indent(trial.record.initialState)}`);
  if (trial.record?.finalState) parts.push(`state after, fault still on\n${indent(trial.record.finalState)}`);
  return parts.join('\n\n');
}

function indent(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/^/gm, '  ');
}
