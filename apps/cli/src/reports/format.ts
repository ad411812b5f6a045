import { type CellSummary, type CensoredTime, kaplanMeier, medianTime } from '@ordeal/analysis';
import type { ArmSpec, CampaignConfig } from '@ordeal/campaign';
import { countTrials } from '@ordeal/campaign';
import type { Campaign, Progress, Trial } from '@ordeal/store';
import wrapAnsi from 'wrap-ansi';
import { colors } from '../terminal/colors.ts';
import { table } from '../terminal/table.ts';
import { windowColumns } from '../terminal/window.ts';

/** More times than this in one cell do not fit a line. */
const MOST_TIMES = 10;

/** `2.3 s`; `-` for what did not happen. */
export function seconds(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`;
}

export function configSummary(config: CampaignConfig): string {
  const chaos = config.chaos_types.map(({ type, params, target }) => {
    const settings = Object.entries(params).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    return `${type} (${[...settings, `target ${target}`].join(', ')})`;
  });
  const lines: [string, string][] = [
    ['name', config.name],
    ['subjects', config.subjects.join(', ')],
    ['chaos types', chaos.join('; ')],
    ['trials per combination', String(config.trials_per_combination)],
    ['parallel', String(config.parallel)],
    ['cooldown', `${config.cooldown_seconds} s`],
    ['baseline', config.include_baseline ? 'yes, one per subject' : 'no'],
    ['runtime', config.subjects.map((subject) => `${subject}: ${config.runtimes[subject]}`).join(', ')],
    ['goal', config.subjects.map((subject) => `${subject}: ${config.goals[subject]}`).join(', ')],
    [config.arms.length === 1 ? 'operator' : 'arms', config.arms.map(armText).join(', ')],
    ['seed', String(config.seed)],
    ['trials in all', String(countTrials(config))],
  ];
  for (const { cell, why } of config.skipped) lines.push(['left out', `${cell} (${why})`]);
  return lines.map(([name, value]) => `  ${name.padEnd(24)}${hanging(value, 26)}`).join('\n');
}

/** `mine`, or `slow (my-operator)` where the name is not the operator's. */
function armText({ name, operator }: ArmSpec): string {
  return name === operator ? name : `${name} (${operator})`;
}

/** Text beside others, wrapped below its own beginning in a window. */
function hanging(text: string, indent: number): string {
  const columns = windowColumns();
  if (columns === undefined) return text;
  return wrapAnsi(text, Math.max(columns - indent, 20), { hard: true }).replaceAll(
    '\n',
    `\n${' '.repeat(indent)}`,
  );
}

/** What one ended trial found, in a few words. */
export function trialResult(trial: Trial): string {
  if (trial.status === 'failed') return colors.red(`failed: ${trial.error ?? 'no error kept'}`);
  if (trial.status !== 'completed') return trial.status;
  const { record, outcome, goal } = trial;
  const findings = record?.findings.length ? colors.yellow(` [${record.findings.join(', ')}]`) : '';
  switch (outcome) {
    case 'resolved': {
      const lift = record?.afterLift ? ', after the fault was lifted' : '';
      return `${colors.green('resolved')}: not ${goal} at ${seconds(record?.brokeMs)}, again at ${seconds(record?.resolvedMs)}${lift}${findings}`;
    }
    case 'unresolved':
      return `${colors.yellow('unresolved')}: not ${goal} at ${seconds(record?.brokeMs)}, still not at ${seconds(record?.observedMs)}${findings}`;
    case 'unaffected':
      return `${colors.green('unaffected')}: ${goal} throughout ${seconds(record?.observedMs)} under the fault${findings}`;
    case 'false_alarm':
      return `${colors.yellow('false alarm')}: not ${goal} at ${seconds(record?.brokeMs)} without any fault${findings}`;
    default:
      return `${outcome ?? 'completed'}${findings}`;
  }
}

export function trialTable(trials: readonly Trial[]): string {
  return table(
    ['trial', 'status', 'outcome', 'broke', 'back', 'whole again', 'executions', ''],
    trials.map((trial) => [
      trial.key,
      trial.status,
      trial.outcome ?? '-',
      seconds(trial.record?.brokeMs),
      seconds(trial.record?.resolvedMs),
      seconds(trial.record?.wholeAgainMs),
      String(trial.execution),
      [...(trial.record?.findings ?? []), ...(trial.error === null ? [] : [trial.error])].join(', '),
    ]),
    { optional: ['executions', 'whole again'] },
  );
}

export function cellTable(cells: readonly CellSummary[]): string {
  return table(
    ['cell', 'goal', 'trials', 'outcomes', 'time to recovery', 'median'],
    cells.map((cell) => [
      cell.cell,
      cell.goal,
      String(cell.trials),
      [
        ...Object.entries(cell.outcomes).map(([outcome, count]) => `${count} ${outcome}`),
        ...(cell.failed > 0 ? [colors.red(`${cell.failed} failed`)] : []),
      ].join(', ') || '-',
      recoveryTimes(cell.recoveries),
      cell.recoveries.length === 0 ? '-' : seconds(medianTime(kaplanMeier(cell.recoveries)).ms),
    ]),
    { optional: ['goal'] },
  );
}

/** Shortest first: each of a few, the ends of many. */
function recoveryTimes(times: readonly CensoredTime[]): string {
  const shown = (time: CensoredTime): string => `${time.censored ? '>' : ''}${seconds(time.ms)}`;
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return '-';
  if (times.length <= MOST_TIMES) return times.map(shown).join(', ');
  return `${shown(first)} to ${shown(last)}`;
}

export function progressLine(progress: Progress): string {
  const rest = progress.cancelled > 0 ? `, Cancelled: ${progress.cancelled}` : '';
  return `Completed: ${progress.completed}, Failed: ${progress.failed}${rest}`;
}

export function campaignTable(rows: readonly { campaign: Campaign; progress: Progress }[]): string {
  return table(
    ['id', 'name', 'status', 'trials', 'completed', 'failed', 'running', 'created'],
    rows.map(({ campaign, progress }) => [
      campaign.id,
      campaign.name,
      campaign.status,
      String(progress.total),
      String(progress.completed),
      String(progress.failed),
      String(progress.running),
      campaign.createdAt.toISOString().slice(0, 19).replace('T', ' '),
    ]),
    { optional: ['created', 'running'] },
  );
}
