import colors from 'picocolors';
import wrapAnsi from 'wrap-ansi';
import { spelled } from '../invocation/spelled.ts';
import type { Finding } from './check.ts';
import type { CheckResult } from './run-checks.ts';

const COLORS = { ok: colors.green, warning: colors.yellow, error: colors.red } as const;
/** Two spaces, `warning`, two spaces. */
const INDENT = 11;
const NARROWEST = 40;

/**
 * The findings for a person, wrapped to the window.
 * @param columns of the window; undefined: no window, one line for each sentence
 */
export function doctorReport(results: readonly CheckResult[], columns: number | undefined): string {
  const width = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(columns, NARROWEST) - INDENT;
  const sections = results.map(({ check, findings }) =>
    [colors.bold(check.title), ...findings.map((finding) => findingText(finding, width))].join('\n'),
  );
  const summary = wrapped(summaryLine(results), width + INDENT).join('\n');
  return [...sections, summary].join('\n\n');
}

function findingText({ id, level, found, means, advice }: Finding, width: number): string {
  const label = `  ${COLORS[level](level)}${' '.repeat(INDENT - 2 - level.length)}`;
  const texts = [level === 'ok' ? found : `${found} (${id})`, means, advice && spelled(advice)];
  const lines = texts.flatMap((text) => wrapped(text, width));
  return lines.map((line, index) => (index === 0 ? label : ' '.repeat(INDENT)) + line).join('\n');
}

function wrapped(text: string | null, width: number): string[] {
  if (text === null) return [];
  return Number.isFinite(width) ? wrapAnsi(text, width, { hard: true }).split('\n') : [text];
}

function summaryLine(results: readonly CheckResult[]): string {
  const { error: errors, warning: warnings } = countLevels(results);
  if (errors + warnings === 0) return colors.green('All is well.');
  const text = `Errors: ${errors}, warnings: ${warnings}.`;
  return `${errors > 0 ? colors.red(text) : colors.yellow(text)} docs/doctor.md has all findings.`;
}

/** How many findings there are of each level. */
export function countLevels(results: readonly CheckResult[]): Record<Finding['level'], number> {
  const count = { ok: 0, warning: 0, error: 0 };
  for (const { level } of results.flatMap(({ findings }) => findings)) count[level] += 1;
  return count;
}
