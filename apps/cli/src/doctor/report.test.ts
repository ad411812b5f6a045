import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { defineCheck } from './check.ts';
import { doctorReport } from './report.ts';
import { runChecks } from './run-checks.ts';
import { emptySite } from './testing-site.ts';

const path = `/var/lib/${'long/'.repeat(20)}end`;
const check = defineCheck({
  name: 'thing',
  title: 'A thing',
  problems: {
    broken: { level: 'error', means: 'It means that '.repeat(10), advice: 'Run `pnpm ordeal up`.' },
  },
  look: async (_site, say) => {
    say.ok('size', 'it is large');
    say.problem('broken', `${path} is broken`);
  },
});

const lines = async (columns: number | undefined): Promise<string[]> =>
  stripVTControlCharacters(doctorReport(await runChecks([check], emptySite()), columns)).split('\n');

it.each([40, 72, 200])('fits a window of %i columns, and loses nothing', async (columns) => {
  const shown = await lines(columns);
  expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(shown.map((line) => line.trim()).join('')).toContain(path);
});

it('gives each sentence a line of its own where there is no window', async () => {
  expect(await lines(undefined)).toEqual([
    'A thing',
    '  ok       it is large',
    `  error    ${path} is broken (thing.broken)`,
    `           ${'It means that '.repeat(10)}`,
    expect.stringMatching(/^ {11}Run `.* ordeal up`\.$/),
    '',
    'Errors: 1, warnings: 0. docs/doctor.md has all findings.',
  ]);
});
