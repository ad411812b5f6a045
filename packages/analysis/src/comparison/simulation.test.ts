import { createRandom, type Random } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { rateOf } from '../rates/wilson.ts';
import { kaplanMeier } from '../survival/kaplan-meier.ts';
import { restrictedMean } from '../survival/restricted-mean.ts';
import { sampleRecorded } from '../testing-trials.ts';
import { compareArms } from './compare-arms.ts';
import type { ComparedSide } from './match-trials.ts';

const RUNS = 400;
/** Of 400 runs, 5 % plus three standard deviations of the count, about 3.3 %. */
const MOST_REJECTIONS = RUNS * (0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS));
/** And 95 % less as much. */
const LEAST_COVERED = RUNS - MOST_REJECTIONS;

const exponential = (random: Random, meanMs: number): number => -Math.log(1 - random()) * meanMs;

function side(label: string, seed: number, timesMs: readonly number[], timeoutMs: number): ComparedSide {
  return {
    label,
    seed,
    trials: timesMs.map((ms, trialIndex) => ({
      ...sampleRecorded({
        trialIndex,
        timeoutMs,
        observedMs: Math.min(ms, timeoutMs),
        ...(ms <= timeoutMs
          ? { outcome: 'resolved' as const, resolvedMs: ms }
          : { outcome: 'unresolved' as const, resolvedMs: null }),
      }),
      terms: '',
    })),
  };
}

/** Times of pairs share what both arms met, half of their spread. */
function drawPairs(random: Random, count: number): [number[], number[]] {
  const shared = Array.from({ length: count }, () => exponential(random, 5_000));
  const own = (): number[] => shared.map((ms) => ms + exponential(random, 5_000));
  return [own(), own()];
}

describe('arms that are alike', () => {
  it.each([8, 30])('in %d pairs are told apart in one of twenty campaigns at most', (pairs) => {
    const random = createRandom('A/A pairs', pairs);
    const found = { verdict: 0, mcnemar: 0 };
    for (let run = 0; run < RUNS; run += 1) {
      const [one, two] = drawPairs(random, pairs);
      const { verdict, rates } = compareArms(side('a', run, one, 12_000), side('b', run, two, 12_000));
      if (verdict.word === 'worse' || verdict.word === 'better') found.verdict += 1;
      if ((rates.p ?? 1) <= 0.05) found.mcnemar += 1;
    }
    expect(found.verdict).toBeLessThanOrEqual(MOST_REJECTIONS);
    expect(found.mcnemar).toBeLessThanOrEqual(RUNS * 0.05);
  });

  it.each([8, 30])('in %d independent trials each are told apart in one of twenty at most', (count) => {
    const random = createRandom('A/A', count);
    const found = { verdict: 0, logRank: 0, rate: 0 };
    for (let run = 0; run < RUNS; run += 1) {
      const draw = (): number[] => Array.from({ length: count }, () => exponential(random, 8_000));
      const { verdict, logRank, rates } = compareArms(
        side('a', run, draw(), 12_000),
        side('b', run + RUNS, draw(), 12_000),
      );
      if (verdict.word === 'worse' || verdict.word === 'better') found.verdict += 1;
      if ((logRank?.p ?? 1) <= 0.05) found.logRank += 1;
      if ((rates.p ?? 1) <= 0.05) found.rate += 1;
    }
    expect(found.verdict).toBeLessThanOrEqual(MOST_REJECTIONS);
    // The chi-square is an approximation: with 8 it rejects a little too often, and is said beside the verdict only.
    if (count >= 30) expect(found.logRank).toBeLessThanOrEqual(MOST_REJECTIONS);
    expect(found.rate).toBeLessThanOrEqual(RUNS * 0.05);
  });

  it('but have different time-outs show no winner: longer watching is not slower recovery', () => {
    const random = createRandom('time-outs');
    let winners = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const draw = (): number[] => Array.from({ length: 30 }, () => exponential(random, 20_000));
      const { verdict, tauMs, rates, logRank } = compareArms(
        side('short', run, draw(), 10_000),
        side('long', run + RUNS, draw(), 60_000),
      );
      expect(tauMs).toBe(10_000);
      const rejects = [(rates.p ?? 1) <= 0.01, (logRank?.p ?? 1) <= 0.01, /better|worse/.test(verdict.word)];
      if (rejects.some(Boolean)) winners += 1;
    }
    // Three looks at the same trials, one at 5 % and two at 1 %.
    expect(winners).toBeLessThanOrEqual(RUNS * (0.07 + 3 * Math.sqrt((0.07 * 0.93) / RUNS)));
  });
});

describe('intervals cover the truth in 95 % of campaigns', () => {
  it('of the difference of pairs: the second arm is two seconds slower', () => {
    const random = createRandom('coverage of pairs');
    const truth = 2_000;
    let covered = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const [one, two] = drawPairs(random, 20);
      // The time-out lies behind all of them, so that the truth is not cut off.
      const later = two.map((ms) => ms + truth);
      const { times } = compareArms(side('a', run, one, 300_000), side('b', run, later, 300_000));
      if (times && times.interval.low <= truth && truth <= times.interval.high) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(LEAST_COVERED);
  });

  it('of the restricted mean, with a third censored before tau', () => {
    const random = createRandom('coverage of the restricted mean');
    const tauMs = 10_000;
    const truth = 8_000 * (1 - Math.exp(-tauMs / 8_000));
    let covered = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const times = Array.from({ length: 50 }, () => {
        const ms = exponential(random, 8_000);
        const watchedMs = exponential(random, 25_000) + 1_000;
        return { ms: Math.min(ms, watchedMs), censored: watchedMs < ms };
      });
      const { interval } = restrictedMean(kaplanMeier(times), tauMs);
      if (interval.low <= truth && truth <= interval.high) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(LEAST_COVERED);
  });

  it('of a rate of 0.9 in 20 trials, where the usual interval fails', () => {
    const random = createRandom('coverage of rates');
    let covered = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const count = Array.from({ length: 20 }, random).filter((draw) => draw < 0.9).length;
      const { interval } = rateOf(count, 20);
      if (interval && interval.low <= 0.9 && 0.9 <= interval.high) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(LEAST_COVERED);
  });
});
