import { html, type Markup } from './markup.ts';

/** Steps that people count in, for tenths of a second up to a day. */
const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400].map((step) => step * 1_000),
);

/** Where time lies on a chart, and where it is written. */
export interface TimeAxis {
  readonly x: (ms: number) => number;
  readonly ticksMs: readonly number[];
}

/** From `fromMs` to `toMs` over the pixels `left` to `right`, with at most about `count` ticks. */
export function timeAxis(
  [fromMs, toMs]: readonly [number, number],
  [left, right]: readonly [number, number],
  count = 8,
): TimeAxis {
  const span = Math.max(toMs - fromMs, 1);
  const step = STEPS_MS.find((each) => span / each <= count) ?? span / count;
  const first = Math.ceil(fromMs / step);
  const ticks = Math.max(0, Math.floor(toMs / step) - first + 1);
  return {
    x: (ms) => left + ((ms - fromMs) / span) * (right - left),
    ticksMs: Array.from({ length: ticks }, (_, index) => (first + index) * step),
  };
}

/** The ticks of an axis with their times, below `y`; lines go up to `top`. */
export function drawTimeAxis({ x, ticksMs }: TimeAxis, y: number, top: number): Markup {
  return html`<g class="axis">${ticksMs.map(
    (ms) =>
      html`<line class="grid" x1="${px(x(ms))}" x2="${px(x(ms))}" y1="${top}" y2="${y}"/><text x="${px(x(ms))}" y="${y + 16}" text-anchor="middle">${tickText(ms)}</text>`,
  )}</g>`;
}

/** A place in the picture, without digits that nobody sees. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function tickText(ms: number): string {
  return `${Number((ms / 1_000).toFixed(3))} s`;
}
