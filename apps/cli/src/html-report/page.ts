import { type CellAnalysis, cellWithoutArm, recoveryTime } from '@ordeal/analysis';
import type { Trial, TrialEvent } from '@ordeal/store';
import { bracketMs, counted, pText } from '../reports/figures-text.ts';
import { seconds } from '../reports/format.ts';
import { curveChart } from './curve-chart.ts';
import { html, type Markup } from './markup.ts';
import { matrixTable, recordedTables } from './matrix-table.ts';
import type { ReportData } from './report-data.ts';
import { STYLE } from './style.ts';
import { timelineChart } from './timeline-chart.ts';

/** Below this an imbalance is told as one. */
const ALPHA = 0.05;

/** Loads nothing and runs nothing, whatever a campaign may have brought into it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * The report of a campaign: one HTML file that needs nothing else.
 * @param made by whom and when, for the foot of the page
 */
export function reportPage(data: ReportData, made: { readonly at: Date; readonly version: string }): string {
  const { campaign, cells } = data;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${campaign.name}: campaign ${campaign.id}</title><style>`;
  const body = html`</style></head><body><main>
<h1>${campaign.name}</h1>
<p class="soft">Campaign ${campaign.id}, ${campaign.status}, seed ${campaign.seed}, enqueued ${instant(campaign.createdAt)}${campaign.finishedAt && html`, ended ${instant(campaign.finishedAt)}`}</p>
${summary(data)}
<h2>Matrix</h2>
${matrixTable(cells)}
<p class="note">Rates with Wilson's 95 % intervals. Times from the fault, by Kaplan and Meier: a trial that was not back in time is censored at its time-out, and counts in the restricted mean with all of it. ${bracketNote(cells)}</p>
${recordedTables(cells)}
${curves(data)}
${timelines(data)}
${settings(data)}
<p class="note">Made by Ordeal ${made.version} on Node ${process.version}, ${process.platform} ${process.arch}, ${instant(made.at)}.</p>
</main></body></html>
`;
  // The style is ours, and the only text that must not be escaped.
  return page.text + STYLE + body.text;
}

function summary({ cells, verdicts, evidence, trials, arms }: ReportData): Markup {
  const sum = (value: (cell: CellAnalysis) => number): number =>
    cells.reduce((total, cell) => total + value(cell), 0);
  const facts: [number | string, string][] = [
    [trials.length, 'trials'],
    [sum((cell) => cell.outcomes.resolved ?? 0), 'resolved'],
    [sum((cell) => cell.outcomes.unaffected ?? 0), 'unaffected'],
    [sum((cell) => cell.outcomes.unresolved ?? 0), 'unresolved'],
    [sum((cell) => cell.outcomes.false_alarm ?? 0), 'false alarms'],
    [sum((cell) => cell.failed), 'failed or void'],
    [arms.length, arms.length === 1 ? 'arm' : 'arms'],
  ];
  const unfinished = sum((cell) => cell.unfinished);
  if (unfinished > 0) facts.push([unfinished, 'not finished']);
  const uneven = [evidence.withoutResult, evidence.lost].filter((test) => test !== null && test.p <= ALPHA);
  return html`<div class="facts">${facts.map(([count, name]) => html`<div class="fact"><b>${count}</b><span>${name}</span></div>`)}</div>
${verdicts.map((sentence) => html`<p class="finding verdict">${sentence}</p>`)}
${cells.map(
  ({ cell, arm, writes }) =>
    writes !== null &&
    writes.lost > 0 &&
    html`<p class="finding">${cell} (${arm}) lost ${writes.lost} of ${writes.acknowledged} acknowledged writes, in ${writes.trialsWithLoss} of ${counted(writes.checked, 'checked trial')}.</p>`,
)}
${uneven.map((test) => html`<p class="finding">Executions without a result are not spread evenly over the arms (${pText(test?.p ?? 1)}): comparisons are not fair.</p>`)}`;
}

function bracketNote(cells: readonly CellAnalysis[]): string {
  const bracket = bracketMs(cells.map(({ recovery }) => recovery));
  return bracket > 0 ? `Seen in samples: true times may be up to ${seconds(bracket)} shorter.` : '';
}

function curves({ trials, arms }: ReportData): Markup {
  const byCell = Map.groupBy(
    trials.filter(({ baseline }) => !baseline),
    ({ cell }) => cellWithoutArm(cell),
  );
  const charts = [...byCell].flatMap(([cell, own]) => {
    const shown = arms
      .map((name, color) => {
        const times = own.filter(({ arm }) => arm === name).flatMap((trial) => recoveryTime(trial) ?? []);
        return { name, color, times };
      })
      .filter(({ times }) => times.length > 0);
    return shown.length === 0 ? [] : [{ cell, goal: own[0]?.goal ?? '', shown }];
  });
  if (charts.length === 0) return html``;
  return html`<h2>Not yet back</h2>
<p class="note">The share of trials whose goal has not come back, from the fault on; of those whose goal broke. Bands: pointwise 95 % intervals. Upright marks: censored trials.</p>
${charts.map(
  ({ cell, goal, shown }) => html`<h3>${cell}, not ${goal}</h3>
<p class="legend">${shown.map(({ name, color }) => html`<span class="arm-${color % 6}"><i class="swatch"></i>${name}</span>`)}</p>
${curveChart(shown)}`,
)}`;
}

function timelines({ worst }: ReportData): Markup {
  if (worst.length === 0) return html``;
  return html`<h2>The worst trials</h2>
<p class="legend"><span><i style="background:var(--void)"></i>fault on</span><span><i style="background:var(--bad)"></i>goal away</span><span><i style="background:var(--warn)"></i>not whole</span><span><i style="background:var(--arm-0);border-radius:6px"></i>operator</span></p>
${worst.map(({ trial, events }) => timeline(trial, events))}`;
}

function timeline(trial: Trial, events: readonly TrialEvent[]): Markup {
  const { record, outcome, status, error } = trial;
  const lost = record?.writes?.lost ?? 0;
  const notes = [
    outcome ?? status,
    ...(lost > 0 ? [`${lost} writes lost`] : []),
    ...(record?.findings ?? []),
    ...(error === null ? [] : [error]),
  ];
  return html`<section class="trial"><h3>${trial.key}: ${notes.join(', ').replaceAll('_', ' ')}</h3>
${record && timelineChart(record, trial.goal, events)}
${
  events.length > 0 &&
  html`<details><summary>${counted(events.length, 'event')}</summary><table>
${events.map(
  ({ sinceZeroMs, kind, data }) =>
    html`<tr><td class="fit">${sinceZeroMs === null ? '' : seconds(sinceZeroMs)}</td><td class="fit">${kind.replaceAll('_', ' ')}</td><td class="key">${dataText(data)}</td></tr>`,
)}
</table></details>`
}
</section>`;
}

function dataText(data: TrialEvent['data']): string {
  const text = Object.entries(data)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function settings({ campaign }: ReportData): Markup {
  // Cells are the matrix above, and the source follows.
  const { cells: _cells, source: _source, ...config } = campaign.config;
  return html`<h2>Settings</h2>
<div class="wide"><table>${Object.entries(config).map(
    ([name, value]) =>
      html`<tr><th>${name}</th><td class="key"><code>${typeof value === 'string' ? value : JSON.stringify(value)}</code></td></tr>`,
  )}</table></div>
<h3>The file as it was written</h3>
<pre>${campaign.source}</pre>`;
}

function instant(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
