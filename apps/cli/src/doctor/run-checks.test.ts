import { expect, it } from 'vitest';
import { defineCheck, type ProblemKind } from './check.ts';
import { exitCodeOf, runChecks } from './run-checks.ts';
import { emptySite } from './testing-site.ts';

const kind = (part: Partial<ProblemKind>): ProblemKind => ({
  level: 'error',
  means: 'it means',
  advice: 'do this',
  ...part,
});
const check = (name: string, look: Parameters<typeof defineCheck<'bad' | 'odd' | 'away'>>[0]['look']) =>
  defineCheck({
    name,
    title: name,
    problems: {
      bad: kind({}),
      odd: kind({ level: 'warning' }),
      away: kind({ isOutage: true }),
    },
    look,
  });

it('tells what every check sees, whatever becomes of the others', async () => {
  const results = await runChecks(
    [
      check('hangs', async (_site, say) => {
        say.ok('start', 'it began');
        await new Promise(() => {});
      }),
      check('throws', async (_site, say) => {
        say.problem('odd', 'seen before it broke');
        throw new Error('broken');
      }),
      check('works', async (_site, say) => say.problem('bad', 'seen')),
    ],
    emptySite(),
    200,
  );
  expect(results.map(({ findings }) => findings.map(({ id, level, found }) => [id, level, found]))).toEqual([
    [
      ['hangs.start', 'ok', 'it began'],
      ['hangs.late', 'warning', 'not looked at within 0.2 s'],
    ],
    [
      ['throws.odd', 'warning', 'seen before it broke'],
      ['throws.failed', 'warning', 'broken'],
    ],
    [['works.bad', 'error', 'seen']],
  ]);
  expect(results[2]?.findings[0]).toMatchObject({ means: 'it means', advice: 'do this' });
});

it.each([
  [[], 0],
  [['odd'], 0],
  [['odd', 'bad'], 1],
  [['bad', 'away'], 3],
] as const)('%j gives exit code %i', async (kinds, exitCode) => {
  const checks = kinds.map((each) => check(each, async (_site, say) => say.problem(each, 'seen')));
  const fine = check('fine', async (_site, say) => say.ok('all', 'well'));
  expect(exitCodeOf(await runChecks([fine, ...checks], emptySite()))).toBe(exitCode);
});
