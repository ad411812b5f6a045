import { describe, expect, it } from 'vitest';
import { GoalWatch, type HealthSample, type Verdict, type Window } from './goal-watch.ts';

const ZERO = 10_000;

function watchFor(part: Partial<Window> = {}): GoalWatch {
  return new GoalWatch({
    goal: 'serving',
    zeroMs: ZERO,
    timeoutMs: 30_000,
    breakWithinMs: 5_000,
    settleMs: 2_000,
    baseline: false,
    ...part,
  });
}

/** Plays one story of good and bad stretches of `serving` in ticks of 250 ms; the first verdict and when it came. */
function play(
  watch: GoalWatch,
  isGood: (sinceZeroMs: number) => boolean,
  untilMs = 60_000,
): { verdict: Verdict; atMs: number } | undefined {
  let since: number | null = ZERO - 5_000;
  for (let now = ZERO; now <= ZERO + untilMs; now += 250) {
    const good = isGood(now - ZERO);
    if (good !== (since !== null)) {
      watch.transition({ part: 'serving', good, atMs: now });
      since = good ? now : null;
    }
    const sample: HealthSample = { nowMs: now, servingSinceMs: since, wholeSinceMs: ZERO - 5_000 };
    const verdict = watch.sample(sample);
    if (verdict !== undefined) return { verdict, atMs: now - ZERO };
  }
  return undefined;
}

describe('GoalWatch', () => {
  it('calls a goal that never broke within hold and horizon unaffected, and not earlier', () => {
    expect(play(watchFor(), () => true)).toEqual({ verdict: { outcome: 'unaffected' }, atMs: 5_000 });
  });

  it('calls a goal resolved once its return has settled, dated at the return', () => {
    const seen = play(watchFor(), (ms) => ms < 1_000 || ms >= 4_000);
    expect(seen).toEqual({
      verdict: { outcome: 'resolved', brokeMs: 1_000, resolvedMs: 4_000 },
      atMs: 6_000,
    });
  });

  it('does not take a flicker for a return', () => {
    const seen = play(watchFor(), (ms) => ms < 1_000 || (ms >= 3_000 && ms < 4_000) || ms >= 8_000);
    expect(seen?.verdict).toEqual({ outcome: 'resolved', brokeMs: 1_000, resolvedMs: 8_000 });
  });

  it('censors at the time-out', () => {
    const seen = play(watchFor(), (ms) => ms < 1_000);
    expect(seen).toEqual({ verdict: { outcome: 'unresolved', brokeMs: 1_000 }, atMs: 30_000 });
  });

  it('watches a return that began before the time-out to the end of its settling', () => {
    const seen = play(watchFor(), (ms) => ms < 1_000 || ms >= 29_500);
    expect(seen).toEqual({
      verdict: { outcome: 'resolved', brokeMs: 1_000, resolvedMs: 29_500 },
      atMs: 31_500,
    });
  });

  it('does not wait for a return that began after the time-out', () => {
    const seen = play(watchFor(), (ms) => ms < 1_000 || (ms >= 29_500 && ms < 30_250) || ms >= 30_500);
    expect(seen?.verdict).toEqual({ outcome: 'unresolved', brokeMs: 1_000 });
  });

  it('judges the goal and not the other part', () => {
    const watch = watchFor({ goal: 'whole' });
    expect(play(watch, (ms) => ms < 1_000)?.verdict).toEqual({ outcome: 'unaffected' });
    expect(watch.clock('serving')).toEqual({ brokeMs: 1_000, backMs: null });
  });

  it('lets a baseline run its whole window, quiet or not', () => {
    expect(play(watchFor({ baseline: true }), () => true)).toEqual({
      verdict: { outcome: 'quiet' },
      atMs: 5_000,
    });
    expect(play(watchFor({ baseline: true }), (ms) => ms !== 1_000)).toEqual({
      verdict: { outcome: 'false_alarm', brokeMs: 1_000 },
      atMs: 5_000,
    });
  });
});
