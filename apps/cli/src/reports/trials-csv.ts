import { type RecordedTrial, recoveryTime } from '@ordeal/analysis';

type Value = string | number | boolean | null | undefined;

/** A row a trial. `time_ms` and `event` (1: back, 0: censored) are what survival packages ask for. */
const COLUMNS: Readonly<Record<string, (trial: RecordedTrial) => Value>> = {
  key: (trial) => trial.key,
  cell: (trial) => trial.cell,
  arm: (trial) => trial.arm,
  trial_index: (trial) => trial.trialIndex,
  baseline: (trial) => trial.baseline,
  goal: (trial) => trial.goal,
  status: (trial) => trial.status,
  outcome: (trial) => trial.outcome,
  time_ms: (trial) => recoveryTime(trial)?.ms,
  event: (trial) => {
    const time = recoveryTime(trial);
    return time && Number(!time.censored);
  },
  earliest_ms: (trial) => recoveryTime(trial)?.earliestMs,
  timeout_ms: (trial) => trial.timeoutMs,
  broke_ms: (trial) => trial.brokeMs,
  resolved_ms: (trial) => trial.resolvedMs,
  observed_ms: (trial) => trial.observedMs,
  detected_ms: (trial) => trial.operator?.detectedMs,
  claimed_resolved_ms: (trial) => trial.operator?.claimedResolvedMs,
  claim: (trial) => trial.operator?.claim,
  mended_by: (trial) => trial.operator?.mendedBy,
  commands: (trial) => trial.operator?.acts.length,
  acts_on_healthy_nodes: (trial) => trial.operator?.actsOnHealthyNodes,
  nodes_stopped: (trial) => trial.operator?.nodesStopped,
  operations_under: (trial) => trial.availability?.under.operations,
  ok_under: (trial) => trial.availability?.under.ok,
  longest_outage_ms: (trial) => trial.availability?.longestOutageMs,
  writes_acknowledged: (trial) => trial.writes?.acknowledged,
  writes_lost: (trial) => (trial.writes?.unchecked === null ? trial.writes.lost : null),
  executions_without_result: (trial) => trial.failures,
  executions_lost: (trial) => trial.losses,
};

/** Lines as RFC 4180 has them, but with a bare line feed; empty: not known. */
export function* csvLines(trials: Iterable<RecordedTrial>): Generator<string> {
  yield line(Object.keys(COLUMNS));
  for (const trial of trials) yield line(Object.values(COLUMNS).map((value) => value(trial)));
}

function line(values: readonly Value[]): string {
  return `${values.map(field).join(',')}\n`;
}

function field(value: Value): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
