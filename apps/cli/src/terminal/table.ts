import Table from 'cli-table3';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { colors } from './colors.ts';
import { windowColumns } from './window.ts';

const GAP = '  ';
/** A column that would have to be narrower makes the table drop one that it can do without. */
const READABLE_COLUMNS = 24;

/**
 * Borderless: survives copy and paste. In a window it fits: columns that can be done without are left out, and the
 * widest ones wrapped. Elsewhere it is as wide as its content.
 *
 * @param options.optional titles of columns to leave out in a narrow window, the first one first
 * @param options.columns of the window, default that of standard output
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: { optional?: readonly string[]; columns?: number | undefined } = {},
): string {
  const { optional = [], columns = windowColumns() } = options;
  const titles = head.map((title) => colors.bold(title));
  const all = [titles, ...rows];
  if (columns === undefined) return draw(all);
  const kept = keptColumns(head, all, optional, columns);
  const shown = all.map((row) => kept.map((index) => row[index] ?? ''));
  const widths = fitted(contentWidths(shown), columns);
  return draw(shown.map((row) => row.map((cell, index) => wrapped(cell, widths[index] ?? columns))));
}

/** Indexes of the columns that stay. */
function keptColumns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  optional: readonly string[],
  columns: number,
): number[] {
  const widths = contentWidths(rows);
  const kept = new Set(head.keys());
  const readable = (): number =>
    [...kept].reduce((sum, index) => sum + Math.min(widths[index] ?? 0, READABLE_COLUMNS), gaps(kept.size));
  for (const title of optional) {
    if (readable() <= columns) break;
    kept.delete(head.indexOf(title));
  }
  return [...kept];
}

/** No column is wider than it must be, and the widest are equally wide, so that all fit. */
function fitted(natural: readonly number[], columns: number): number[] {
  const room = columns - gaps(natural.length);
  const limited = (limit: number): number[] => natural.map((width) => Math.min(width, limit));
  let limit = Math.max(1, ...natural);
  while (limit > 1 && sum(limited(limit)) > room) limit -= 1;
  let left = room - sum(limited(limit));
  return limited(limit).map((width, index) => {
    const canGrow = width < (natural[index] ?? 0) && left > 0;
    if (canGrow) left -= 1;
    return canGrow ? width + 1 : width;
  });
}

function wrapped(cell: string, width: number): string {
  return stringWidth(cell) <= width && !cell.includes('\n')
    ? cell
    : wrapAnsi(cell, Math.max(width, 1), { hard: true });
}

function draw(rows: readonly (readonly string[])[]): string {
  const none = Object.fromEntries(
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
      .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
      .map((part) => [part, '']),
  );
  const drawn = new Table({
    chars: { ...none, middle: GAP },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString().replaceAll(/[ \t]+$/gm, '');
}

function contentWidths(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_title, index) =>
    Math.max(
      ...rows.map((row) => Math.max(...(row[index] ?? '').split('\n').map((line) => stringWidth(line)))),
    ),
  );
}

function gaps(columns: number): number {
  return Math.max(0, columns - 1) * GAP.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
