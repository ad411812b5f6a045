import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { builtInCatalogue, faultKind } from '@ordeal/catalogue';
import type { FaultKind, JsonObject } from '@ordeal/core';
import { parse } from 'yaml';

const FINDINGS = ['unaffected', 'resolved', 'after the lift'] as const;
export type FaultFinding = (typeof FINDINGS)[number];

/** One row of the table in docs/postgres.md, or another subject's page. */
export interface FaultRow {
  /** As in the table: `node_kill {mode: stop} on primary`. */
  readonly title: string;
  readonly type: string;
  readonly kind: FaultKind;
  /** As written there: without the defaults. */
  readonly params: JsonObject;
  readonly target: string;
  /** More than one: what it does hangs on a hair, and both were seen. */
  readonly serving: readonly FaultFinding[];
  readonly whole: readonly FaultFinding[];
}

/**
 * What users are told that each fault does. The tests run what stands there, so that neither can drift away. Rows that nobody
 * has tried are left out.
 * @throws when a row of the table cannot be read.
 */
export function readFaultTable(subject: string): FaultRow[] {
  const page = resolve(import.meta.dirname, `../../docs/${subject}.md`);
  const lines = readFileSync(page, 'utf8').split('\n');
  const start = lines.findIndex((line) => /^\| fault\s+\| target /.test(line));
  const header = cellsOf(lines[start] ?? '');
  const rows = lines.slice(start + 2);
  return rows
    .slice(0, rows.indexOf(''))
    .filter((line) => !cellsOf(line).includes('not tried'))
    .map((line) => readRow(line, header));
}

function readRow(line: string, header: readonly string[]): FaultRow {
  const cells = cellsOf(line);
  const cell = (name: string) => cells[header.indexOf(name)] ?? '';
  const fault = cell('fault');
  const [, type = '', written = '{}'] = /^`([a-z_]+)(?: (\{.*\}))?`$/.exec(fault) ?? [];
  const [, node] = /^`([a-z0-9_]+)`$/.exec(cell('target')) ?? [];
  const entry = builtInCatalogue.faults[type];
  if (entry === undefined || node === undefined || cell('why') === '') throw new Error(`not a row: ${line}`);
  const params = parse(written) as JsonObject;
  return {
    title: `${fault} on ${node}`.replaceAll('`', ''),
    type,
    kind: faultKind(entry, entry.params.parse(params)),
    params,
    target: node,
    // What is not measured never breaks.
    serving: header.includes('`serving`') ? findings(cell('`serving`')) : ['unaffected'],
    whole: findings(cell('`whole`')),
  };
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function findings(cell: string): FaultFinding[] {
  return cell.split(' or ').map((name) => {
    const found = FINDINGS.find((one) => one === name);
    if (found === undefined) throw new Error(`${cell}: ${name} is none of ${FINDINGS.join(', ')}`);
    return found;
  });
}

/** The row as an entry of a campaign file; a fault that lasts is lifted after so many seconds. */
export function chaosEntry({ type, kind, target, params }: FaultRow, liftSeconds?: number): string {
  const lift = kind === 'condition' ? { duration_seconds: liftSeconds } : {};
  return `  - ${JSON.stringify({ type, target, params, ...lift })}`;
}
