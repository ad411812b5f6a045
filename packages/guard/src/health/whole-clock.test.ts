import { describe, expect, it } from 'vitest';
import { OrderedSamples } from './ordered-samples.ts';
import { type Sample, WholeClock } from './whole-clock.ts';

const sample = (askedMs: number, good: boolean, answeredMs = askedMs + 10): Sample => ({
  askedMs,
  answeredMs,
  good,
  detail: `asked at ${askedMs}`,
});

/** A clock that has been whole since 10. */
function wholeClock(): WholeClock {
  const clock = new WholeClock();
  clock.add(sample(0, true));
  clock.add(sample(20, true));
  return clock;
}

describe('the whole clock', () => {
  it('is not whole before the first sample, and then what that one says', () => {
    const clock = new WholeClock();
    expect(clock.good).toBe(false);
    expect(clock.add(sample(0, true))).toMatchObject({ good: true, atMs: 10 });
    expect(clock.sinceMs).toBe(10);
  });

  it('becomes whole by two good samples in a row when the first one was bad', () => {
    const clock = new WholeClock();
    expect(clock.add(sample(0, false))).toBeUndefined();
    expect(clock.add(sample(250, true))).toBeUndefined();
    expect(clock.good).toBe(false);
    expect(clock.add(sample(500, true))).toMatchObject({ good: true, atMs: 260 });
  });

  it('breaks at the asked time of the first of two bad samples in a row', () => {
    const clock = wholeClock();
    expect(clock.add(sample(1_000, false, 3_000))).toBeUndefined();
    expect(clock.good).toBe(true);
    const broke = clock.add(sample(1_250, false, 3_250));
    expect(broke).toEqual({ good: false, atMs: 1_000, detail: 'asked at 1000' });
    expect(clock.sinceMs).toBeNull();
  });

  it('is not broken by one bad sample, however often', () => {
    const clock = wholeClock();
    for (let ms = 100; ms < 10_000; ms += 100) {
      expect(clock.add(sample(ms, ms % 200 === 0))).toBeUndefined();
    }
    expect(clock.sinceMs).toBe(10);
  });

  it('comes back at the answered time of the first of two good samples in a row', () => {
    const clock = wholeClock();
    for (const ms of [100, 200]) clock.add(sample(ms, false));
    clock.add(sample(300, true));
    clock.add(sample(400, false));
    clock.add(sample(500, true, 580));
    expect(clock.add(sample(600, true))).toMatchObject({ good: true, atMs: 580 });
  });

  it('does not count what was asked before zero', () => {
    const clock = wholeClock();
    clock.add(sample(900, false));
    clock.zero(1_000);
    expect(clock.add(sample(990, false, 2_990))).toBeUndefined();
    expect(clock.add(sample(1_100, false))).toBeUndefined();
    expect(clock.add(sample(1_200, false))).toMatchObject({ good: false, atMs: 1_100 });
  });

  it('has not settled what a run in the making may still be dated', () => {
    const clock = wholeClock();
    expect(clock.settledMs(500)).toBe(500);
    clock.add(sample(400, false));
    expect(clock.settledMs(500)).toBe(400);
    clock.add(sample(450, true));
    expect(clock.settledMs(500)).toBe(500);
  });
});

describe('overlapping samples', () => {
  it('are handed on in the order in which they were asked', () => {
    const samples = new OrderedSamples();
    const first = samples.ask(0);
    const second = samples.ask(250);
    const third = samples.ask(500);
    expect(second(sample(250, true))).toEqual([]);
    expect(samples.oldestAskedMs).toBe(0);
    expect(first(sample(0, false, 2_000)).map(({ askedMs }) => askedMs)).toEqual([0, 250]);
    expect(third(null)).toEqual([]);
    expect(samples.pending).toBe(0);
    expect(samples.oldestAskedMs).toBeUndefined();
  });
});
