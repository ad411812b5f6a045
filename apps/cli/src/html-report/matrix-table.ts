import type { CellAnalysis } from '@ordeal/analysis';
import { meanText, medianText, percent, rateText } from '../reports/figures-text.ts';
import { seconds } from '../reports/format.ts';
import { html, type Markup } from './markup.ts';

/** In the order in which a bar shows them. */
const SHOWN = [
  'resolved',
  'unaffected',
  'quiet',
  'unresolved',
  'false_alarm',
  'failed',
  'void',
  'unfinished',
] as const;

/** A row per cell and arm: how its trials ended, and how long recovery took. */
export function matrixTable(cells: readonly CellAnalysis[]): Markup {
  const used = SHOWN.filter((kind) => cells.some((cell) => countOf(cell, kind) > 0));
  return html`<p class="legend">${used.map((kind) => html`<span><i class="${kind}"></i>${kind.replace('_', ' ')}</span>`)}</p>
<div class="wide"><table>
<tr><th>cell</th><th>arm</th><th>trials</th><th>resolved of those that broke</th><th>median to recovery</th><th>restricted mean</th></tr>
${cells.map(
  (cell) => html`<tr><td>${cell.cell}</td><td class="fit">${cell.baseline ? 'baseline' : cell.arm}</td>
<td class="fit">${bar(cell)}${outcomeText(cell)}</td>
<td class="fit">${rateText(cell.resolved)}</td>
<td class="fit">${cell.recovery ? medianText(cell.recovery.median) : '-'}</td>
<td class="fit">${cell.recovery ? html`${meanText(cell.recovery.restrictedMean)}<br><span class="note">of at most ${seconds(cell.recovery.restrictedMean.tauMs)}</span>` : '-'}</td></tr>`,
)}
</table></div>`;
}

function bar(cell: CellAnalysis): Markup {
  return html`<span class="share">${SHOWN.map((kind) => {
    const count = countOf(cell, kind);
    return (
      count > 0 &&
      html`<i class="${kind}" style="width:${percentWidth(count, cell.trials)}%" title="${count} ${kind}"></i>`
    );
  })}</span>`;
}

function outcomeText(cell: CellAnalysis): string {
  const words = SHOWN.flatMap((kind) => {
    const count = countOf(cell, kind);
    return count > 0 ? [`${count} ${kind.replace('_', ' ')}`] : [];
  });
  return words.join(', ');
}

function countOf(cell: CellAnalysis, kind: (typeof SHOWN)[number]): number {
  if (kind === 'unfinished') return cell.unfinished;
  if (kind === 'failed') return cell.failed - (cell.outcomes.void ?? 0);
  return cell.outcomes[kind] ?? 0;
}

function percentWidth(count: number, of: number): string {
  return ((100 * count) / of).toFixed(2);
}

/** Operators, load and writes, where any cell recorded them. */
export function recordedTables(cells: readonly CellAnalysis[]): Markup {
  const operators = cells.flatMap((cell) => (cell.operator ? [{ ...cell, by: cell.operator }] : []));
  const loads = cells.flatMap((cell) => (cell.availability ? [{ ...cell, load: cell.availability }] : []));
  return html`${
    operators.length > 0 &&
    html`<h2>Operators</h2><div class="wide"><table>
<tr><th>cell</th><th>arm</th><th>median to detect</th><th>true resolves</th><th>claims</th><th>mended by</th><th>commands</th><th>on the wrong node</th><th>nodes stopped</th></tr>
${operators.map(
  ({ cell, arm, detection, by }) => html`<tr><td>${cell}</td><td class="fit">${arm}</td>
<td class="fit">${detection ? medianText(detection.median) : '-'}</td><td>${by.claims.true_resolve ?? 0} of ${by.trials}</td>
<td>${words(by.claims)}</td><td>${words(by.mendedBy)}</td><td class="fit">${by.commands} (${by.distinctCommands} distinct)</td><td>${by.onWrongNode}</td><td>${by.nodesStopped}</td></tr>`,
)}</table></div>`
  }${
    loads.length > 0 &&
    html`<h2>Load</h2><div class="wide"><table>
<tr><th>cell</th><th>arm</th><th>ok before</th><th>under the fault</th><th>after</th><th>p99 before</th><th>under the fault</th><th>after</th><th>longest outage</th></tr>
${loads.map(
  ({
    cell,
    arm,
    load: { before, under, after, longestOutageMs },
  }) => html`<tr><td>${cell}</td><td class="fit">${arm}</td>
${[before, under, after].map(({ successRatio }) => html`<td class="fit">${successRatio === null ? '-' : `${percent(successRatio)} %`}</td>`)}
${[before, under, after].map(({ p99Ms }) => html`<td class="fit">${p99Ms === null ? '-' : `${p99Ms.toFixed(1)} ms`}</td>`)}
<td class="fit">${seconds(longestOutageMs.median)}, worst ${seconds(longestOutageMs.worst)}</td></tr>`,
)}</table></div>`
  }`;
}

function words(counts: Readonly<Record<string, number>>): string {
  const said = Object.entries(counts).map(([word, count]) => `${count} ${word.replaceAll('_', ' ')}`);
  return said.join(', ') || '-';
}
