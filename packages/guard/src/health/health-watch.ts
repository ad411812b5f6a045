import { describeError, type Instance, type LoadSlo, type SubjectProbe } from '@ordeal/core';
import type { Fence, GuardEvent } from '../protocol.ts';
import { unlessAborted } from '../within.ts';
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
  readonly fence: Fence;
  readonly instance: Instance;
  readonly probe: SubjectProbe;
  readonly slo: LoadSlo;
  readonly monotonicMs: () => number;
  readonly send: (event: GuardEvent) => void;
}

/** Watches both parts of one instance's health; a tick drives it. */
export class HealthWatch {
  readonly #parts: HealthWatchParts;
  readonly #whole = new WholeClock();
  readonly #serving: ServingClock;
  readonly #samples = new OrderedSamples();
  readonly #stopped = new AbortController();
  readonly #stopListening: () => void;
  #lastTickMs: number;

  constructor(parts: HealthWatchParts) {
    this.#parts = parts;
    this.#lastTickMs = parts.monotonicMs();
    this.#serving = new ServingClock(parts.slo, this.#lastTickMs);
    this.#stopListening = parts.instance.onLoad((line) => {
      this.#tell('serving', this.#serving.add(line, parts.monotonicMs()));
    });
  }

  /** Samples, judges, and tells how things are. */
  tick(): void {
    const nowMs = this.#parts.monotonicMs();
    if (this.#isStalled(nowMs)) this.#serving.stalledUntil(nowMs);
    this.#lastTickMs = nowMs;
    this.#tell('serving', this.#serving.judge(nowMs));
    if (this.#samples.pending < SAMPLES_IN_FLIGHT) void this.#sample(nowMs);
    const wholeSettledMs = this.#whole.settledMs(this.#samples.oldestAskedMs ?? nowMs);
    this.#parts.send({
      event: 'health',
      fence: this.#parts.fence,
      nowMs: Math.min(wholeSettledMs, this.#serving.settledMs(nowMs)),
      serving: this.#serving.good,
      whole: this.#whole.good,
      servingSinceMs: this.#serving.sinceMs,
      wholeSinceMs: this.#whole.sinceMs,
    });
  }

  zero(atMs: number): void {
    this.#whole.zero(atMs);
    this.#serving.zero(atMs);
  }

  /** True when both parts have been good for so long without a break. */
  isSteady(settleMs: number): boolean {
    const { sinceMs: wholeMs } = this.#whole;
    const { sinceMs: servingMs } = this.#serving;
    if (wholeMs === null || servingMs === null) return false;
    return this.#parts.monotonicMs() - Math.max(wholeMs, servingMs) >= settleMs;
  }

  get detail(): string {
    return `whole: ${this.#whole.detail}; serving: ${this.#serving.detail}`;
  }

  /** Nothing is told after this. */
  stop(): void {
    this.#stopped.abort();
    this.#stopListening();
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
    const deadline = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(SAMPLE_DEADLINE_MS)]);
    try {
      const { whole, detail } = await unlessAborted(deadline, probe.whole(deadline));
      return { askedMs, answeredMs: monotonicMs(), good: whole, detail };
    } catch (error) {
      const detail = deadline.aborted
        ? `the probe did not answer within ${SAMPLE_DEADLINE_MS / 1000} s`
        : `the probe failed: ${describeError(error)}`;
      return { askedMs, answeredMs: monotonicMs(), good: false, detail };
    }
  }

  #isStalled(nowMs: number): boolean {
    return nowMs - this.#lastTickMs > STALL_MS;
  }

  #tell(part: 'serving' | 'whole', transition: Transition | undefined): void {
    if (transition === undefined) return;
    const { fence, monotonicMs, send } = this.#parts;
    send({ event: 'transition', fence, part, ...transition, knownMs: monotonicMs() });
  }
}
