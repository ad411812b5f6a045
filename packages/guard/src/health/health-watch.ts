import {
  createRandom,
  describeError,
  type Goal,
  type Instance,
  type LoadLine,
  type Subject,
  type SubjectProbe,
} from '@ordeal/core';
import { LoadAccount } from '../load/load-account.ts';
import type { Fence, GuardEvent } from '../protocol.ts';
import { underDeadline, unlessAborted } from '../under-deadline.ts';
import { OrderedSamples } from './ordered-samples.ts';
import { ServingClock } from './serving-clock.ts';
import type { Transition } from './transition.ts';
import { type Sample, WholeClock } from './whole-clock.ts';

/** A probe that has not answered by then has seen an instance that is not whole. */
const SAMPLE_DEADLINE_MS = 2_000;
/** A slow instance is asked again before it has answered; no more often than this at a time. */
const SAMPLES_IN_FLIGHT = 8;
/** After a gap like this between two ticks, time-outs and silence say more about us than about the instance. */
const STALL_MS = 1_000;

export interface HealthWatchParts {
  /** Whose instance it is now. */
  readonly fence: () => Fence;
  readonly instance: Instance;
  readonly probe: SubjectProbe;
  readonly subject: Pick<Subject, 'goals' | 'slo'>;
  readonly monotonicMs: () => number;
  readonly send: (event: GuardEvent) => void;
}

/** Watches both parts of one instance's health: a sample at once when somebody waits for it, else with each tick. */
export class HealthWatch {
  readonly #parts: HealthWatchParts;
  readonly #whole = new WholeClock();
  /** Undefined: the subject has no load. */
  readonly #serving: ServingClock | undefined;
  /** For the record; undefined: the subject has no load. */
  readonly load: LoadAccount | undefined;
  readonly #samples = new OrderedSamples();
  readonly #stopped = new AbortController();
  readonly #stopListening: () => void;
  #lastTickMs: number;
  #nextJudgement = Promise.withResolvers<void>();

  constructor(parts: HealthWatchParts) {
    this.#parts = parts;
    this.#lastTickMs = parts.monotonicMs();
    const { slo } = parts.subject;
    this.#serving = slo === undefined ? undefined : new ServingClock(slo, this.#lastTickMs);
    this.load =
      slo === undefined
        ? undefined
        : new LoadAccount(slo.maxLatencyMs, createRandom(parts.fence().trial, 'acknowledged writes'));
    this.#stopListening = parts.instance.onLoad((line) => this.#hear(line));
    void this.hurry();
  }

  /** Samples, judges, and tells how things are. */
  tick(): void {
    if (this.#stopped.signal.aborted) return;
    const nowMs = this.#parts.monotonicMs();
    if (this.#isStalled(nowMs)) {
      this.#serving?.stalledUntil(nowMs);
      this.load?.stalled(this.#lastTickMs, nowMs);
    }
    this.#lastTickMs = nowMs;
    this.#tell('serving', this.#serving?.judge(nowMs));
    if (this.#samples.pending < SAMPLES_IN_FLIGHT) void this.#sample(nowMs);
    this.#tellHealth();
  }

  /** Samples out of turn, and tells how things are as soon as the answer is there. */
  async hurry(): Promise<void> {
    await this.#sample(this.#parts.monotonicMs());
    if (!this.#stopped.signal.aborted) this.#tellHealth();
  }

  zero(atMs: number): void {
    this.#whole.zero(atMs);
    this.#serving?.zero(atMs);
    this.load?.zero(atMs);
  }

  /**
   * True once all that the subject can measure has been good for `settleMs` without a break; false when that takes
   * longer than the budget. @throws the signal's reason
   */
  async becomesSteady(settleMs: number, budgetMs: number, signal: AbortSignal): Promise<boolean> {
    const untilMs = this.#parts.monotonicMs() + budgetMs;
    for (;;) {
      const nowMs = this.#parts.monotonicMs();
      const sinceMs = this.#goodSinceMs();
      if (sinceMs !== undefined && nowMs - sinceMs >= settleMs) {
        this.load?.steady(sinceMs);
        return true;
      }
      if (nowMs >= untilMs) return false;
      // The next tick's, if no sample's before it.
      await unlessAborted(signal, this.#nextJudgement.promise);
    }
  }

  /** Resolves once that part is bad, or has not become so in this time. @throws the signal's reason */
  async becomesBad(part: Goal, withinMs: number, signal: AbortSignal): Promise<void> {
    const untilMs = this.#parts.monotonicMs() + withinMs;
    while (typeof this.#sinceMs(part) === 'number' && this.#parts.monotonicMs() < untilMs) {
      await unlessAborted(signal, this.#nextJudgement.promise);
    }
  }

  get detail(): string {
    const whole = `whole: ${this.#whole.detail}`;
    return this.#serving === undefined ? whole : `${whole}; serving: ${this.#serving.detail}`;
  }

  /** Nothing is told after this. */
  stop(): void {
    this.#stopped.abort();
    this.#stopListening();
  }

  #hear(line: LoadLine): void {
    const nowMs = this.#parts.monotonicMs();
    // After a stall, lines may come before the tick.
    if (this.#isStalled(nowMs)) this.load?.stalled(this.#lastTickMs, nowMs);
    this.load?.add(line, nowMs);
    this.#tell('serving', this.#serving?.add(line, nowMs));
  }

  /** Since when all that the subject can measure has been good without a break; undefined when it is not. */
  #goodSinceMs(): number | undefined {
    const since = this.#parts.subject.goals.map((goal) => this.#sinceMs(goal));
    const good = since.filter((sinceMs) => typeof sinceMs === 'number');
    return good.length < since.length ? undefined : Math.max(...good);
  }

  #sinceMs(goal: Goal): number | null | undefined {
    return goal === 'whole' ? this.#whole.sinceMs : this.#serving?.sinceMs;
  }

  #tellHealth(): void {
    const nowMs = this.#parts.monotonicMs();
    const wholeSettledMs = this.#whole.settledMs(this.#samples.oldestAskedMs ?? nowMs);
    this.#parts.send({
      event: 'health',
      fence: this.#parts.fence(),
      nowMs: Math.min(wholeSettledMs, this.#serving?.settledMs(nowMs) ?? nowMs),
      serving: this.#serving?.good ?? false,
      whole: this.#whole.good,
      servingSinceMs: this.#serving?.sinceMs ?? null,
      wholeSinceMs: this.#whole.sinceMs,
    });
    this.#nextJudgement.resolve();
    this.#nextJudgement = Promise.withResolvers();
  }

  async #sample(askedMs: number): Promise<void> {
    const hand = this.#samples.ask(askedMs);
    const sample = await this.#ask(askedMs);
    if (this.#stopped.signal.aborted) return;
    const disturbed =
      this.#isStalled(sample.answeredMs) || sample.answeredMs - askedMs > SAMPLE_DEADLINE_MS + STALL_MS;
    // A bad answer that our own stall may have made is not evidence; a good one is.
    for (const ready of hand(disturbed && !sample.good ? null : sample)) {
      this.#tell('whole', this.#whole.add(ready));
    }
  }

  async #ask(askedMs: number): Promise<Sample> {
    const { probe, monotonicMs } = this.#parts;
    const look = (signal: AbortSignal) => probe.whole(signal);
    try {
      const { whole, detail } = await underDeadline(
        'a sample',
        SAMPLE_DEADLINE_MS,
        this.#stopped.signal,
        look,
      );
      return { askedMs, answeredMs: monotonicMs(), good: whole, detail };
    } catch (error) {
      const detail = `the probe failed: ${describeError(error)}`;
      return { askedMs, answeredMs: monotonicMs(), good: false, detail };
    }
  }

  #isStalled(nowMs: number): boolean {
    return nowMs - this.#lastTickMs > STALL_MS;
  }

  #tell(part: Goal, transition: Transition | undefined): void {
    if (transition === undefined) return;
    const { fence, monotonicMs, send } = this.#parts;
    send({ event: 'transition', fence: fence(), part, ...transition, knownMs: monotonicMs() });
  }
}
