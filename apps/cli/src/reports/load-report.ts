import type { Availability, LoadFigures, WritesCheck } from '@ordeal/core';
import { table } from '../terminal/table.ts';
import { seconds } from './format.ts';

/** How available the subject was to its client, stage by stage. */
export function availabilityReport({ before, under, after, longestOutageMs }: Availability): string {
  const row = (stage: string, { operations, ok, p50Ms, p95Ms, p99Ms }: LoadFigures): string[] => [
    stage,
    String(operations),
    percent(ok, operations),
    ...[p50Ms, p95Ms, p99Ms].map(milliseconds),
  ];
  const stages = table(
    ['load', 'operations', 'ok', 'median', '95 %', '99 %'],
    [row('before', before), row('under the fault', under), row('after it', after)],
  );
  return `${stages}\nlongest outage since zero: ${seconds(longestOutageMs)}`;
}

/** What became of the writes that the client saw acknowledged, in a sentence. */
export function writesReport({ acknowledged, checked, lost, examples, unchecked }: WritesCheck): string {
  const writes = `acknowledged writes: ${acknowledged}`;
  if (unchecked !== null) return `${writes}, not looked for: ${unchecked}`;
  const sample = checked === undefined ? '' : ` of ${checked} looked for`;
  if (lost === 0) return `${writes}, none${sample} lost`;
  const more = examples.length < lost ? ', ...' : '';
  return `${writes}, ${lost}${sample} lost: ${examples.join(', ')}${more}`;
}

/** Never `100 %` of what had a failure. */
function percent(ok: number, operations: number): string {
  if (operations === 0) return '-';
  return `${(Math.floor((ok * 1_000) / operations) / 10).toFixed(1)} %`;
}

function milliseconds(ms: number | null): string {
  return ms === null ? '-' : `${ms.toFixed(1)} ms`;
}
