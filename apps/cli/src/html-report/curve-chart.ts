import type { CensoredTime, CurveStep, SurvivalCurve } from '@ordeal/analysis';
import { kaplanMeier } from '@ordeal/analysis';
import { counted } from '../reports/figures-text.ts';
import { seconds } from '../reports/format.ts';
import { drawTimeAxis, px, timeAxis } from './axis.ts';
import { html, type Markup } from './markup.ts';

/** One arm of a chart. `color`: its number among the campaign's arms. */
export interface ChartArm {
  readonly name: string;
  readonly color: number;
  readonly times: readonly CensoredTime[];
}

const WIDTH = 1_080;
const LEFT = 150;
const RIGHT = WIDTH - 30;
const TOP = 14;
const BOTTOM = 264;
const ROW = 20;
/** Where all that happened lies before a third of the time-out, the rest of the axis would be empty. */
const EMPTY_PART = 3;

/** Kaplan-Meier curves of one cell's arms: bands are pointwise 95 % intervals, ticks are censored trials. */
export function curveChart(arms: readonly ChartArm[]): Markup {
  const curves = arms.map((arm) => ({ ...arm, curve: kaplanMeier(arm.times) }));
  const { toMs, cut } = timeSpan(curves.map(({ curve }) => curve));
  const axis = timeAxis([0, toMs], [LEFT, RIGHT]);
  const y = (share: number): number => BOTTOM - share * (BOTTOM - TOP);
  const height = BOTTOM + 52 + ROW * curves.length;
  const cutNote = cut > 0 && `The axis is cut: ${counted(cut, 'trial')} censored beyond it.`;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Kaplan-Meier curves of ${arms.map(({ name }) => name).join(', ')}">
${drawTimeAxis(axis, BOTTOM, TOP)}
<g class="axis">${[0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(y(share))}" y2="${px(y(share))}"/><text x="${LEFT - 8}" y="${px(y(share) + 4)}" text-anchor="end">${share * 100} %</text>`,
  )}
<text x="${LEFT - 8}" y="${BOTTOM + 44}" text-anchor="end" class="strong">at risk</text></g>
${curves.map(({ name, color, curve, times }, index) => {
  const points = [...curve.steps.filter(({ ms }) => ms <= toMs)];
  const endMs = Math.min(toMs, Math.max(0, curve.steps.at(-1)?.ms ?? 0, curve.censoredMs.at(-1) ?? 0));
  const row = BOTTOM + 44 + ROW * (index + 1);
  return html`<g class="arm-${color % 6}">
<path class="band" d="${bandPath(points, endMs, axis.x, y)}"/>
<path class="line" d="${linePath(points, endMs, axis.x, y)}"><title>${name}</title></path>
${marksOf(curve, toMs, axis.x).map(({ x, ms, count }) => {
  const at = y(survivingAt(curve, ms));
  return html`<line class="mark" x1="${x}" x2="${x}" y1="${px(at - 5)}" y2="${px(at + 5)}"><title>${name}: ${count} censored at ${seconds(ms)}</title></line>`;
})}
<text class="name" x="${LEFT - 24}" y="${row}" text-anchor="end">${shortened(name)}</text>
${axis.ticksMs.map((ms) => html`<text class="count" x="${px(axis.x(ms))}" y="${row}" text-anchor="middle">${atRisk(times, ms)}</text>`)}
</g>`;
})}
</svg>${cutNote && html`<p class="note">${cutNote}</p>`}`;
}

/** Up to the last thing that happened; a time-out far behind it is cut off, and how many stand there is told. */
function timeSpan(curves: readonly SurvivalCurve[]): { toMs: number; cut: number } {
  const lastEventMs = Math.max(0, ...curves.map(({ steps }) => steps.at(-1)?.ms ?? 0));
  const lastMs = Math.max(lastEventMs, ...curves.map(({ censoredMs }) => censoredMs.at(-1) ?? 0), 1);
  if (lastEventMs === 0 || lastEventMs * EMPTY_PART > lastMs) return { toMs: lastMs * 1.02, cut: 0 };
  const toMs = lastEventMs * 1.5;
  return { toMs, cut: curves.flatMap(({ censoredMs }) => censoredMs).filter((ms) => ms > toMs).length };
}

function linePath(
  steps: readonly CurveStep[],
  endMs: number,
  x: (ms: number) => number,
  y: (share: number) => number,
): string {
  const moves = steps.map(({ ms, surviving }) => `H${px(x(ms))}V${px(y(surviving))}`);
  return `M${px(x(0))},${px(y(1))}${moves.join('')}H${px(x(endMs))}`;
}

/** Where the curve has come down to 0 there is no interval: the band ends. */
function bandPath(
  steps: readonly CurveStep[],
  endMs: number,
  x: (ms: number) => number,
  y: (share: number) => number,
): string {
  const known = steps.filter(({ interval }) => interval !== null);
  const [first] = known;
  if (first === undefined) return '';
  const stopMs = steps.find(({ interval }) => interval === null)?.ms ?? endMs;
  const ends = known.map((_, index) => known[index + 1]?.ms ?? stopMs);
  const upper = known.map(
    (step, index) => `V${px(y(step.interval?.high ?? 1))}H${px(x(ends[index] ?? stopMs))}`,
  );
  const lower = known
    .map((step, index) => ({ low: step.interval?.low ?? 0, fromMs: step.ms, index }))
    .reverse()
    .map(({ low, fromMs }) => `V${px(y(low))}H${px(x(fromMs))}`);
  return `M${px(x(first.ms))},${px(y(first.interval?.high ?? 1))}${upper.join('')}${lower.join('')}Z`;
}

/** One mark a place, however many were censored there: at a time-out, that is all of them. */
function marksOf(
  { censoredMs }: SurvivalCurve,
  toMs: number,
  x: (ms: number) => number,
): { readonly x: string; readonly ms: number; readonly count: number }[] {
  const places = Map.groupBy(
    censoredMs.filter((ms) => ms <= toMs),
    (ms) => px(x(ms)),
  );
  return [...places].map(([place, times]) => ({ x: place, ms: times[0] ?? 0, count: times.length }));
}

function survivingAt(curve: SurvivalCurve, ms: number): number {
  return curve.steps.findLast((step) => step.ms <= ms)?.surviving ?? 1;
}

function atRisk(times: readonly CensoredTime[], ms: number): number {
  return times.filter((time) => time.ms >= ms).length;
}

/** Names are at most so long as there is room for; the legend has them in full. */
function shortened(name: string): string {
  return name.length <= 16 ? name : `${name.slice(0, 15)}…`;
}
