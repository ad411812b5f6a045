import type { GuardEvent } from '@ordeal/guard';
import { GoalWatch, goodSinceMs, type HealthSample, type PartClock, type Verdict } from './goal-watch.ts';
import type { HealthFeed } from './health-feed.ts';
import type { TrialFault } from './trial-fault.ts';
import { ANSWER_SLACK_MS, type TrialNotes } from './trial-run.ts';

const TRANSITION_KINDS = {
  serving: { good: 'serving_again', bad: 'impaired' },
  whole: { good: 'whole_again', bad: 'degraded' },
} as const;

/** Watches health from zero on: first under the fault, then until the instance is whole without it. */
export class TrialWindow {
  readonly #notes: TrialNotes;
  readonly #feed: HealthFeed;
  readonly #watch: GoalWatch;

  constructor(notes: TrialNotes, feed: HealthFeed) {
    const { goal, baseline, timing } = notes.run.trial;
    this.#notes = notes;
    this.#feed = feed;
    this.#watch = new GoalWatch({
      goal,
      baseline,
      zeroMs: notes.zeroMs,
      timeoutMs: timing.timeoutSeconds * 1000,
      breakWithinMs: Math.max(timing.holdSeconds, timing.horizonSeconds) * 1000,
      settleMs: timing.settleSeconds * 1000,
    });
  }

  clock(part: 'serving' | 'whole'): PartClock {
    return this.#watch.clock(part);
  }

  /** Under the fault, to the verdict; lifts the fault on the way when the campaign says so. */
  async observe(fault: TrialFault, beforeLift: () => Promise<void>): Promise<Verdict | 'broken before zero'> {
    const { run, record, timeline, zeroMs } = this.#notes;
    const { goal, timing, durationSeconds } = run.trial;
    const windowMs = Math.max(timing.timeoutSeconds, timing.holdSeconds, timing.horizonSeconds) * 1000;
    const limits = {
      timeoutMs: windowMs + timing.settleSeconds * 1000 + ANSWER_SLACK_MS,
      signal: run.signal,
    };
    const liftAtMs = durationSeconds === null ? Number.POSITIVE_INFINITY : zeroMs + durationSeconds * 1000;
    for (;;) {
      const step = await this.#feed.until((event) => {
        const sample = this.#follow(event);
        if (sample === undefined) return undefined;
        // Bad, and no change to bad was told since zero: what broke it was not the fault.
        if (goodSinceMs(sample, goal) === null && this.clock(goal).brokeMs === null)
          return 'broken before zero' as const;
        const verdict = this.#watch.sample(sample);
        if (verdict !== undefined) {
          record.observedMs = sample.nowMs - zeroMs;
          return verdict;
        }
        // By the guard's newest tick: what is told of health lags behind while a return is being judged.
        const isDue = !fault.isUndone && run.guard.lastTick.guardMs >= liftAtMs;
        return isDue ? ('lift' as const) : undefined;
      }, limits);
      if (step !== 'lift') return step;
      timeline.add('lift', run.guard.lastTick.guardMs, { after_seconds: durationSeconds });
      await beforeLift();
      await fault.undo();
      run.onPhase('recovering');
    }
  }

  /** Until all that can be measured is good without the fault, at most `recovery_seconds`. */
  async observeRecovery(): Promise<void> {
    const { run, record, findings, timeline, goals, zeroMs } = this.#notes;
    const recoveryMs = run.trial.timing.recoverySeconds * 1000;
    let fromMs: number | undefined;
    let last: HealthSample | undefined;
    const whole = await this.#feed.until(
      (event) => {
        const sample = this.#follow(event);
        if (sample === undefined) return undefined;
        last = sample;
        this.#watch.sample(sample);
        // Told before the undo, it says nothing of what came after.
        if (sample.nowMs < zeroMs + (record.undoneMs ?? 0)) return undefined;
        fromMs ??= sample.nowMs;
        if (goals.every((goal) => goodSinceMs(sample, goal) !== null)) return true;
        return sample.nowMs - fromMs >= recoveryMs ? false : undefined;
      },
      { timeoutMs: recoveryMs + ANSWER_SLACK_MS, signal: run.signal },
    );
    if (last !== undefined) this.#watch.finish(last);
    record.wholeAfterUndo = whole;
    if (!whole) findings.push('not_whole_after_undo');
    timeline.add(whole ? 'recovered' : 'not_recovered', last?.nowMs ?? null);
  }

  /** Feeds one event to watch and timeline; the sample, if it was one from after zero. */
  #follow(event: GuardEvent): HealthSample | undefined {
    const { timeline, zeroMs } = this.#notes;
    if (event.event === 'note') timeline.add(event.kind, event.atMs, event.data);
    if (event.event === 'transition' && event.knownMs >= zeroMs) {
      this.#watch.transition(event);
      timeline.add(TRANSITION_KINDS[event.part][event.good ? 'good' : 'bad'], event.atMs, {
        detail: event.detail,
        known_ms: Math.round(event.knownMs - zeroMs),
      });
    }
    return event.event === 'health' && event.nowMs >= zeroMs ? event : undefined;
  }
}
