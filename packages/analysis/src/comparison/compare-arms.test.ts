import { describe, expect, it } from 'vitest';
import { sampleRecorded } from '../testing-trials.ts';
import { compareArms } from './compare-arms.ts';
import type { ComparedSide, ComparedTrial } from './match-trials.ts';

const AWAY = 'unresolved';

/** A trial each: a time in ms, or one that did not come back within the 30 s. */
function side(
  times: readonly (number | typeof AWAY)[],
  part: Partial<ComparedTrial> = {},
  seed = 1,
): ComparedSide {
  return {
    label: part.arm ?? 'none',
    seed,
    trials: times.map((time, trialIndex) => ({
      ...sampleRecorded({
        trialIndex,
        ...(time === AWAY
          ? { outcome: 'unresolved', resolvedMs: null, observedMs: 30_400 }
          : { resolvedMs: time }),
      }),
      terms: '',
      ...part,
    })),
  };
}

const slow = [20_000, 21_000, AWAY, 19_000, 22_000, AWAY, 18_000] as const;
const fast = [2_000, 2_100, 3_000, 1_900, 2_200, AWAY, 1_800] as const;

describe('comparing two arms', () => {
  it('pairs trials of the same seed by cell and index, whatever arm the cell names', () => {
    const comparison = compareArms(
      side(slow, { cell: 'postgres/node_kill@none' }),
      side(fast, { cell: 'postgres/node_kill@mine', arm: 'mine' }),
    );
    expect(comparison).toMatchObject({
      paired: true,
      count: 7,
      tauMs: 30_000,
      verdict: { word: 'better', moreTrials: null },
      rates: { pairs: { both: 5, onlyFirst: 0, onlySecond: 1, neither: 1 }, method: 'mcnemar-exact' },
      times: { method: 'bootstrap-over-pairs' },
    });
    // A time-out counts with the whole of tau, not as missing.
    expect(comparison.times?.first.ms).toBeCloseTo((20 + 21 + 30 + 19 + 22 + 30 + 18) * (1_000 / 7), 6);
  });

  it('is mirrored when the sides are', () => {
    const [one, other] = [compareArms(side(slow), side(fast)), compareArms(side(fast), side(slow))];
    expect(other.verdict.word).toBe('worse');
    expect(other.times?.differenceMs).toBeCloseTo(-(one.times?.differenceMs ?? 0), 6);
  });

  it('takes the curve where some were not watched to tau, and counts those in no rate', () => {
    const first = side([4_000, 6_000, AWAY, 9_000, 12_000, 15_000, 20_000]);
    const short = first.trials.map((trial) =>
      trial.outcome === 'unresolved' ? { ...trial, observedMs: 5_000 } : trial,
    );
    const comparison = compareArms({ ...first, trials: short }, side(fast));
    expect(comparison.rates.first).toMatchObject({ count: 6, of: 6 });
    // Redistributed to the right: the one censored at 5 s stands for the mean of those after it, 12.4 s.
    expect(comparison.times?.first.ms).toBeCloseTo(
      (4_000 + (6 / 5) * (6_000 + 9_000 + 12_000 + 15_000 + 20_000)) / 7,
      6,
    );
    expect(comparison.times?.differenceMs).toBeCloseTo(
      (comparison.times?.second.ms ?? 0) - (comparison.times?.first.ms ?? 0),
      6,
    );
    expect(comparison.times?.p).toBeGreaterThan(0);
  });

  it('swaps the sides of pairs: six that all agree are 2 of 64 ways', () => {
    const steady = (ms: number) => Array.from({ length: 6 }, (_, index) => ms + 10 * index);
    expect(compareArms(side(steady(9_000)), side(steady(2_000))).times?.p).toBeCloseTo(2 / 64, 12);
  });

  it('gives the same answer for the same seed', () => {
    expect(compareArms(side(slow), side(fast))).toEqual(compareArms(side(slow), side(fast)));
  });

  it('compares other seeds as independent trials, and says so', () => {
    const comparison = compareArms(side(slow), side(fast, {}, 2));
    expect(comparison).toMatchObject({
      paired: false,
      verdict: { word: 'better' },
      rates: { pairs: null, method: 'fisher-exact' },
      times: { method: 'variance' },
    });
  });

  it('says that trials are missing, and how many, instead of a verdict', () => {
    const few = compareArms(side(slow.slice(0, 2)), side(fast.slice(0, 2)));
    expect(few.verdict).toMatchObject({ word: 'undecided', moreTrials: 4 });
    const vague = compareArms(
      side([1_000, 9_000, 2_000, 8_000, 5_000, 4_000]),
      side([9_000, 1_000, 8_000, 3_000, 6_000, 5_000]),
    );
    expect(vague.verdict.word).toBe('undecided');
    expect(vague.verdict.moreTrials).toBeGreaterThan(20);
    expect(compareArms(side([]), side([])).verdict).toMatchObject({ word: 'undecided', moreTrials: 6 });
  });

  it('calls alike what differs by less than would matter', () => {
    const steady = [10_000, 10_200, 9_900, 10_100, 10_050, 9_950];
    const shifted = steady.map((ms, index) => ms + (index % 2 === 0 ? 100 : -80));
    expect(compareArms(side(steady), side(shifted)).verdict).toMatchObject({ word: 'alike' });
  });

  it('counts a goal that never broke as back at once, so that preventing an outage is worth something', () => {
    const unaffected = side([0, 0, 0, 0, 0, 0, 0], {
      outcome: 'unaffected',
      brokeMs: null,
      resolvedMs: null,
    });
    const comparison = compareArms(side(slow), unaffected);
    expect(comparison.verdict.word).toBe('better');
    expect(comparison.times?.second.ms).toBe(0);
  });

  it('leaves out baselines, cells of one side only, and cells that mean something else', () => {
    const first = side(slow);
    const extra = [
      { ...sampleRecorded({ cell: 'postgres/none', baseline: true, outcome: 'quiet' }), terms: '' },
      { ...sampleRecorded({ cell: 'postgres/latency' }), terms: '50 to 150 ms' },
      { ...sampleRecorded({ cell: 'postgres/process_pause' }), terms: '' },
    ];
    const other = [{ ...sampleRecorded({ cell: 'postgres/latency' }), terms: '500 ms' }];
    const comparison = compareArms(
      { ...first, label: 'campaign 3', trials: [...first.trials, ...extra] },
      { ...side(fast), label: 'campaign 4', trials: [...side(fast).trials, ...other] },
    );
    expect(comparison.count).toBe(7);
    expect(comparison.leftOut).toEqual([
      { cell: 'postgres/latency', why: 'its fault, target, goal or runtime is another one' },
      { cell: 'postgres/process_pause', why: 'only in campaign 3' },
    ]);
  });

  it('tells when one arm is without evidence more often', () => {
    const failed = side([...fast, ...fast], { status: 'failed', outcome: 'void' });
    const comparison = compareArms(side([...slow, ...slow]), failed);
    expect(comparison.withoutEvidence).toEqual({
      first: { count: 0, of: 14 },
      second: { count: 14, of: 14 },
    });
    expect(comparison.balance?.p).toBeLessThan(0.001);
    expect(comparison.unmatched).toBe(14);
  });

  it('weighs cells where the arms have another mix of them: a harder cell run more often is not a slower arm', () => {
    const easy = (count: number, part: Partial<ComparedTrial>) =>
      side(
        Array.from({ length: count }, (_, index) => 1_000 + index),
        { ...part, cell: 'postgres/latency' },
      );
    const hard = (count: number, part: Partial<ComparedTrial>) =>
      side(
        Array.from({ length: count }, (_, index) => 20_000 + index),
        { ...part, cell: 'postgres/node_kill' },
      );
    const mostlyEasy = { label: 'a', seed: 1, trials: [...easy(20, {}).trials, ...hard(4, {}).trials] };
    const mostlyHard = { label: 'b', seed: 2, trials: [...easy(4, {}).trials, ...hard(20, {}).trials] };
    const { times, verdict } = compareArms(mostlyEasy, mostlyHard);
    expect(Math.abs(times?.differenceMs ?? Number.NaN)).toBeLessThan(20);
    expect(verdict.word).not.toBe('worse');
  });
});
