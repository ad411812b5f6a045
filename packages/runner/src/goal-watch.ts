import type { Goal } from '@ordeal/core';

/** Health at one instant, as the guard tells it; times on the guard's clock. */
export interface HealthSample {
  readonly nowMs: number;
  /** Start of the unbroken good stretch that reaches to now; null while bad. */
  readonly servingSinceMs: number | null;
  readonly wholeSinceMs: number | null;
}

/** Start of the part's unbroken good stretch; null while it is bad. */
export function goodSinceMs(sample: HealthSample, part: Goal): number | null {
  return part === 'serving' ? sample.servingSinceMs : sample.wholeSinceMs;
}

export interface HealthTransition {
  readonly part: Goal;
  readonly good: boolean;
  readonly atMs: number;
}

/** One part's first break after zero and the first return that lasted. In ms since zero. */
export interface PartClock {
  readonly brokeMs: number | null;
  readonly backMs: number | null;
}

export interface Window {
  readonly goal: Goal;
  readonly zeroMs: number;
  readonly timeoutMs: number;
  /** The goal may still break for this long after zero: max of hold and horizon. */
  readonly breakWithinMs: number;
  readonly settleMs: number;
  /** A baseline's window has a fixed length: it ends neither early by a return nor late by a time-out. */
  readonly baseline: boolean;
}

export type Verdict =
  | { readonly outcome: 'resolved'; readonly brokeMs: number; readonly resolvedMs: number }
  | { readonly outcome: 'unaffected' }
  | { readonly outcome: 'unresolved'; readonly brokeMs: number }
  | { readonly outcome: 'quiet' }
  | { readonly outcome: 'false_alarm'; readonly brokeMs: number };

/**
 * Follows both parts of health from zero on and says when the window under the fault is over, and how. Pure:
 * time comes with the samples.
 */
export class GoalWatch {
  readonly #window: Window;
  readonly #clocks: Record<Goal, { brokeMs: number | null; backMs: number | null }> = {
    serving: { brokeMs: null, backMs: null },
    whole: { brokeMs: null, backMs: null },
  };

  constructor(window: Window) {
    this.#window = window;
  }

  clock(part: Goal): PartClock {
    return { ...this.#clocks[part] };
  }

  transition(transition: HealthTransition): void {
    const clock = this.#clocks[transition.part];
    // What went bad before zero is not the fault's doing, but it is bad from zero on.
    if (!transition.good) clock.brokeMs ??= Math.max(0, transition.atMs - this.#window.zeroMs);
  }

  /** Takes one sample; the verdict, once there is one. */
  sample(sample: HealthSample): Verdict | undefined {
    this.#settle('serving', sample.servingSinceMs, sample.nowMs);
    this.#settle('whole', sample.wholeSinceMs, sample.nowMs);
    const { baseline, breakWithinMs, timeoutMs, zeroMs, goal } = this.#window;
    const elapsedMs = sample.nowMs - zeroMs;
    const { brokeMs, backMs } = this.#clocks[goal];
    if (baseline) {
      if (elapsedMs < breakWithinMs) return undefined;
      return brokeMs === null ? { outcome: 'quiet' } : { outcome: 'false_alarm', brokeMs };
    }
    if (brokeMs === null) return elapsedMs >= breakWithinMs ? { outcome: 'unaffected' } : undefined;
    if (backMs !== null) {
      return backMs <= timeoutMs
        ? { outcome: 'resolved', brokeMs, resolvedMs: backMs }
        : { outcome: 'unresolved', brokeMs };
    }
    if (elapsedMs < timeoutMs) return undefined;
    const sinceMs = goodSinceMs(sample, goal);
    // A return that began in time is watched to the end of its settling.
    const settling = sinceMs !== null && sinceMs - zeroMs <= timeoutMs;
    return settling ? undefined : { outcome: 'unresolved', brokeMs };
  }

  /** After the window: closes clocks that came back but had not settled when the watching ended. */
  finish(sample: HealthSample): void {
    this.#accept('serving', sample.servingSinceMs);
    this.#accept('whole', sample.wholeSinceMs);
  }

  #settle(part: Goal, sinceMs: number | null, nowMs: number): void {
    if (sinceMs !== null && nowMs - sinceMs >= this.#window.settleMs) this.#accept(part, sinceMs);
  }

  #accept(part: Goal, sinceMs: number | null): void {
    const clock = this.#clocks[part];
    if (clock.brokeMs === null || clock.backMs !== null || sinceMs === null) return;
    clock.backMs = Math.max(clock.brokeMs, sinceMs - this.#window.zeroMs);
  }
}
