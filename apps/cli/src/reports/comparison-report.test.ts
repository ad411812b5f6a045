import { compareArms } from '@ordeal/analysis';
import { describe, expect, it } from 'vitest';
import { comparedSides } from '../campaigns/compared-sides.ts';
import { comparisonReport } from './comparison-report.ts';
import { recordedTrial } from './recorded-trials.ts';
import { sampleRecord, sampleTrial } from './testing-trials.ts';

function recorded(arms: Readonly<Record<string, readonly number[]>>, seed = 42) {
  const trials = Object.entries(arms).flatMap(([arm, times]) =>
    times.map((resolvedMs, trialIndex) =>
      recordedTrial(sampleTrial({ arm, trialIndex, record: sampleRecord({ resolvedMs }) })),
    ),
  );
  return { campaign: { id: '7', seed }, trials };
}

const slow = [9_000, 9_500, 10_000, 11_000, 9_800, 10_300];
const fast = [2_000, 2_500, 1_800, 2_200, 3_000, 2_100];

function compared(first: readonly number[], second: readonly number[], seed = 42): string {
  return comparisonReport(
    compareArms(...comparedSides([recorded({ a: first }), recorded({ b: second }, seed)], undefined)),
  );
}

describe('the verdict in words', () => {
  it('says by how much the second is better or worse, with the interval', () => {
    const text = comparisonReport(
      compareArms(...comparedSides([recorded({ none: slow, mine: fast })], ['none', 'mine'])),
    );
    expect(text).toContain('mine against none, in 6 pairs (same seed');
    expect(text).toMatch(
      /mine is better: .* for 7\.7 s less than none's, on average \(6\.\d to 8\.\d s less\)/,
    );
    expect(text).toMatch(/mean time away .* -7\.7 s \(-8\.\d to -6\.\d s\)/);
    expect(compared(fast, slow)).toMatch(/campaign 7 is worse: .* 7\.7 s longer/);
  });

  it('says how many trials are missing where that is the truth', () => {
    expect(compared(slow.slice(0, 3), fast.slice(0, 3))).toMatch(/Not enough trials .* about 3 more pairs/);
    expect(compared([9_000], [2_000])).toContain('Not enough trials: about 5 more pairs');
  });

  it('says that other seeds are not paired, and what is alike', () => {
    expect(compared(slow, fast, 43)).toContain('unpaired, 6 and 6 trials (other seeds: other draws)');
    expect(compared(slow, slow)).toContain('are alike: if there is a difference, it is smaller than 2.0 s');
  });
});

describe('the sides of a comparison', () => {
  it.each([
    [[recorded({ a: fast })], undefined, /has the arms a: name two of them/],
    [[recorded({ a: fast, b: fast, c: fast })], undefined, /arms a, b, c: name two/],
    [[recorded({ a: fast, b: slow })], ['a', 'z'], /no arm "z" \(must be one of a, b\)/],
    [[recorded({ a: fast, b: slow })], ['a'], /--arms takes two names, not 1/],
    [[recorded({ a: fast, b: slow }), recorded({ a: fast })], undefined, /name one of each/],
  ] as const)('are refused where there is a choice or no such arm', (sides, arms, message) => {
    expect(() => comparedSides(sides as Parameters<typeof comparedSides>[0], arms)).toThrow(message);
  });

  it('need no names where there is no choice', () => {
    expect(comparedSides([recorded({ a: fast, b: slow })], undefined).map(({ label }) => label)).toEqual([
      'a',
      'b',
    ]);
  });
});
