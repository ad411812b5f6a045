import type { TrialEvent, TrialRecord } from '@ordeal/store';
import { seconds } from '../reports/format.ts';
import { drawTimeAxis, px, timeAxis } from './axis.ts';
import { html, type Markup } from './markup.ts';

const WIDTH = 1_080;
const LEFT = 150;
const RIGHT = WIDTH - 30;
const ROW = 26;

interface Bar {
  readonly kind: 'fault' | 'away' | 'whole';
  readonly fromMs: number;
  readonly toMs: number;
}

interface Row {
  readonly name: string;
  readonly bars: readonly Bar[];
  readonly marks: readonly { readonly ms: number; readonly text: string }[];
}

/** One trial on a line of time: when the fault was on, when its goal was away, what the operator did. */
export function timelineChart(record: TrialRecord, goal: string, events: readonly TrialEvent[]): Markup {
  const endMs = lastMs(record, events);
  const rows = rowsOf(record, goal, endMs);
  const axis = timeAxis(
    [Math.min(0, ...rows.flatMap(({ marks }) => marks.map(({ ms }) => ms))), endMs],
    [LEFT, RIGHT],
  );
  const bottom = 8 + ROW * rows.length;
  return html`<svg viewBox="0 0 ${WIDTH} ${bottom + 24}" role="img" aria-label="Timeline of the trial">
${drawTimeAxis(axis, bottom, 4)}
${rows.map(({ name, bars, marks }, index) => {
  const y = 8 + ROW * index;
  return html`<text class="name" x="${LEFT - 12}" y="${y + 15}" text-anchor="end">${name}</text>
${bars.map(
  ({ kind, fromMs, toMs }) =>
    html`<rect class="bar ${kind}" x="${px(axis.x(fromMs))}" y="${y + 2}" width="${px(Math.max(2, axis.x(toMs) - axis.x(fromMs)))}" height="${ROW - 8}" rx="3"><title>${name}: ${seconds(fromMs)} to ${seconds(toMs)}</title></rect>`,
)}
${marks.map(({ ms, text }) => html`<circle class="mark" cx="${px(axis.x(ms))}" cy="${y + 11}" r="5"><title>${seconds(ms)}: ${text}</title></circle>`)}`;
})}
</svg>`;
}

function rowsOf(record: TrialRecord, goal: string, endMs: number): Row[] {
  const { operator } = record;
  const fault = between('fault', record.appliedMs, record.goneMs ?? record.undoneMs ?? endMs);
  const away = between('away', record.brokeMs, record.resolvedMs ?? endMs);
  const degraded = between('whole', record.degradedMs, record.wholeAgainMs ?? endMs);
  const rows: Row[] = [{ name: `not ${goal}`, bars: away, marks: [] }];
  if (fault.length > 0) rows.unshift({ name: 'fault on', bars: fault, marks: [] });
  if (degraded.length > 0 && goal !== 'whole') rows.push({ name: 'not whole', bars: degraded, marks: [] });
  if (operator === undefined) return rows;
  const said = [
    { ms: operator.detectedMs, text: 'detected' },
    { ms: operator.claimedResolvedMs, text: 'claimed resolved' },
    ...operator.acts.map(({ atMs, command }) => ({ ms: atMs, text: command })),
  ];
  const marks = said.flatMap(({ ms, text }) => (ms === null ? [] : [{ ms, text }]));
  return [...rows, { name: 'operator', bars: [], marks }];
}

function between(kind: Bar['kind'], fromMs: number | null, toMs: number): Bar[] {
  return fromMs === null ? [] : [{ kind, fromMs, toMs: Math.max(fromMs, toMs) }];
}

function lastMs(record: TrialRecord, events: readonly TrialEvent[]): number {
  const times = [record.observedMs, record.goneMs, record.undoneMs, record.wholeAgainMs, record.resolvedMs];
  const told = events.map(({ sinceZeroMs }) => sinceZeroMs);
  return [...times, ...told].reduce<number>((last, ms) => Math.max(last, ms ?? 0), 1_000);
}
