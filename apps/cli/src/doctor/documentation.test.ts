import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHECKS } from './checks.ts';
import { CHECK_PROBLEMS } from './run-checks.ts';

const page = readFileSync(new URL('../../../../docs/doctor.md', import.meta.url), 'utf8');

const everyCheck = { name: '*', problems: CHECK_PROBLEMS };
const rows = [...CHECKS, everyCheck].flatMap(({ name, problems }) =>
  Object.entries(problems).map(
    ([kind, { level, means, advice }]) => `| \`${name}.${kind}\` | ${level} | ${means} | ${advice} |`,
  ),
);

it('docs/doctor.md has every finding as it is told, and no other', () => {
  const lines = page.split('\n').map((line) => line.replaceAll(/ +\|/g, ' |'));
  expect(lines.filter((line) => /^\| `[\w*]+\.\w+` \|/.test(line))).toEqual(rows);
});
