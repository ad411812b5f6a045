import { describe, expect, it } from 'vitest';
import { atEarliest } from './censored-time.ts';
import { PLACEBO, SIX_MP } from './freireich.ts';
import { kaplanMeier } from './kaplan-meier.ts';
import { logRank } from './log-rank.ts';
import { medianTime } from './median.ts';
import { restrictedMean } from './restricted-mean.ts';

describe('the estimate of Kaplan and Meier', () => {
  // Collett, Modelling Survival Data in Medical Research, and R: summary(survfit(...)).
  it('of 6-MP is the published table, with the standard errors of Greenwood', () => {
    const table = kaplanMeier(SIX_MP).steps.map(({ ms, atRisk, events, surviving, standardError }) => [
      ms,
      atRisk,
      events,
      Number(surviving.toFixed(3)),
      Number(standardError.toFixed(4)),
    ]);
    expect(table).toEqual([
      [6, 21, 3, 0.857, 0.0764],
      [7, 17, 1, 0.807, 0.0869],
      [10, 15, 1, 0.753, 0.0963],
      [13, 12, 1, 0.69, 0.1068],
      [16, 11, 1, 0.627, 0.1141],
      [22, 7, 1, 0.538, 0.1282],
      [23, 6, 1, 0.448, 0.1346],
    ]);
  });

  it('has log-log intervals, as R gives them', () => {
    const [first] = kaplanMeier(SIX_MP).steps;
    expect(first?.interval?.low).toBeCloseTo(0.62, 3);
    expect(first?.interval?.high).toBeCloseTo(0.952, 3);
  });

  it('has a median with the interval of Brookmeyer and Crowley', () => {
    expect(medianTime(kaplanMeier(SIX_MP))).toEqual({ ms: 23, lowMs: 13, highMs: null });
    expect(medianTime(kaplanMeier(PLACEBO))).toEqual({ ms: 8, lowMs: 4, highMs: 11 });
  });

  it('knows no median when half or more are censored, and nothing of nothing', () => {
    const times = [1, 10, 10].map((ms) => ({ ms, censored: ms === 10 }));
    expect(medianTime(kaplanMeier(times)).ms).toBeNull();
    expect(medianTime(kaplanMeier([])).ms).toBeNull();
  });

  it('takes a trial censored early out of those at risk', () => {
    const times = [1, 2, 3, 4].map((ms) => ({ ms, censored: ms === 2 }));
    expect(kaplanMeier(times).steps.map(({ surviving }) => surviving)).toEqual([0.75, 0.375, 0]);
  });
});

describe('the restricted mean', () => {
  // R: print(survfit(...), rmean = 35).
  it('of both arms up to week 35 is as R gives it', () => {
    const drug = restrictedMean(kaplanMeier(SIX_MP), 35);
    expect(drug.ms).toBeCloseTo(23.29, 2);
    expect(drug.standardError).toBeCloseTo(2.83, 2);
    const placebo = restrictedMean(kaplanMeier(PLACEBO), 35);
    expect(placebo.ms).toBeCloseTo(8.67, 2);
    expect(placebo.standardError).toBeCloseTo(1.38, 2);
  });

  it('without censoring before tau is the mean of the times cut off there', () => {
    const cut = PLACEBO.map(({ ms }) => Math.min(ms, 10));
    const mean = cut.reduce((sum, ms) => sum + ms, 0) / cut.length;
    expect(restrictedMean(kaplanMeier(PLACEBO), 10).ms).toBeCloseTo(mean, 12);
  });

  it('counts those who never came back with all of tau', () => {
    const times = [2, 10, 10].map((ms) => ({ ms, censored: ms === 10 }));
    expect(restrictedMean(kaplanMeier(times), 10).ms).toBeCloseTo(22 / 3, 12);
  });
});

describe('the log-rank test', () => {
  it('of 6-MP against placebo is 16.79 on one degree of freedom', () => {
    const test = logRank([{ first: SIX_MP, second: PLACEBO }]);
    expect(test?.chiSquare).toBeCloseTo(16.79, 2);
    expect(test?.observed).toBe(21);
    expect(test?.expected).toBeCloseTo(10.75, 2);
    expect(test?.p).toBeCloseTo(4.17e-5, 7);
  });

  it('adds strata up: a second one in which nobody differs changes observed and expected alike', () => {
    const same = { first: PLACEBO, second: PLACEBO };
    const test = logRank([{ first: SIX_MP, second: PLACEBO }, same]);
    expect(test && test.observed - test.expected).toBeCloseTo(21 - 10.749, 2);
    expect(test?.chiSquare).toBeLessThan(16.79);
  });

  it('can say nothing when nothing happened', () => {
    const idle = [{ ms: 5, censored: true }];
    expect(logRank([{ first: idle, second: idle }])).toBeUndefined();
    expect(logRank([])).toBeUndefined();
  });
});

it('events known as intervals move to their early end, censorings stay', () => {
  expect(
    atEarliest([
      { ms: 9, censored: false, earliestMs: 7 },
      { ms: 8, censored: true },
    ]),
  ).toEqual([
    { ms: 7, censored: false },
    { ms: 8, censored: true },
  ]);
});
