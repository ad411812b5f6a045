import { setTimeout as delay } from 'node:timers/promises';
import {
  describeError,
  type Fault,
  type FaultPlan,
  type FaultPoints,
  type FaultSite,
  type Finding,
  type InjectionState,
  OrdealError,
  within,
} from '@ordeal/core';
import { lookOnce, lookUntil } from './look-until.ts';
import type { Answer } from './protocol.ts';
import { unlessAborted } from './under-deadline.ts';

const UNDO_AGAIN_MS = 200;

export interface InjectionParts {
  readonly plan: FaultPlan;
  readonly fault: Fault;
  readonly site: FaultSite;
  readonly monotonicMs: () => number;
  /** Whose it is. */
  readonly trial: string;
  readonly faultPoints: FaultPoints;
  /** Told of each state when it has come about. */
  readonly noteState: (state: InjectionState) => void;
}

/** One planned fault at one instance, from its plan on disk until it is proven gone. */
export class Injection {
  readonly #parts: InjectionParts;
  #state: InjectionState = 'planned';
  #proof: Answer<'undo'> | undefined;

  constructor(parts: InjectionParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.plan.injection;
  }
  /** The node that it is about; null: several. */
  get target(): string | null {
    const [target, ...others] = this.#parts.plan.targets;
    return target !== undefined && others.length === 0 ? target.name : null;
  }
  get state(): InjectionState {
    return this.#state;
  }

  /** Makes the fault act. @throws what the fault throws, and DEADLINE when it never comes back. */
  async act(withinMs: number, signal: AbortSignal): Promise<void> {
    const { fault, plan, site, faultPoints, trial } = this.#parts;
    if (!faultPoints.breaks('apply-does-nothing')) {
      await within(fault.apply(plan, site), withinMs, `apply ${plan.type}`);
    }
    await faultPoints.reach('half_applied', trial, signal);
    this.#enter('applied');
  }

  /** Looks until a probe sees the fault bite. */
  async verify(withinMs: number, signal: AbortSignal): Promise<{ finding: Finding; seenMs: number | null }> {
    const { fault, plan, site, monotonicMs } = this.#parts;
    const seen = await lookUntil((look) => fault.active(plan, site, look), {
      withinMs,
      signal,
      monotonicMs,
    });
    if (seen.seenMs !== null) this.#enter('active');
    return seen;
  }

  /** One look with each probe: does it still bite, is it gone? One after the other, for they disturb each other. */
  async look(signal: AbortSignal): Promise<{ active: Finding; gone: Finding }> {
    const { fault, plan, site } = this.#parts;
    const active = await lookOnce((look) => fault.active(plan, site, look), signal);
    const gone = await lookOnce((look) => fault.gone(plan, site, look), signal);
    return { active, gone };
  }

  /**
   * Takes the fault away, again and again if need be, and looks until it is gone. Does not throw for a fault that
   * stays: that is an answer. @throws the signal's reason.
   */
  async undo(withinMs: number, signal: AbortSignal): Promise<Answer<'undo'>> {
    if (this.#proof !== undefined) return this.#proof;
    const { fault, faultPoints, plan, site, monotonicMs, trial } = this.#parts;
    const undoingMs = monotonicMs();
    const untilMs = undoingMs + withinMs;
    const failure = await this.#takeAway(untilMs, signal);
    await faultPoints.reach('half_undone', trial, signal);
    const undoneMs = monotonicMs();
    if (failure !== undefined) {
      this.#enter('unproven');
      const finding = { holds: false, evidence: { error: describeError(failure) } };
      return { undoingMs, undoneMs, goneMs: null, finding };
    }
    this.#enter('undone');
    const { finding, seenMs } = await lookUntil((look) => fault.gone(plan, site, look), {
      withinMs: untilMs - monotonicMs(),
      signal,
      monotonicMs,
    });
    this.#enter(seenMs === null ? 'unproven' : 'gone');
    const answer = { undoingMs, undoneMs, goneMs: seenMs, finding };
    if (seenMs !== null) this.#proof = answer;
    return answer;
  }

  /**
   * Takes the fault away on behalf of an operator. It is not undone by us with that: the proper undo, with its proof,
   * comes all the same.
   */
  async relieve(withinMs: number): Promise<void> {
    const { fault, plan, site } = this.#parts;
    await within(fault.undo(plan, site), withinMs, `undo ${plan.type}`);
  }

  /** The last error, when it never worked. */
  async #takeAway(untilMs: number, signal: AbortSignal): Promise<unknown> {
    const { fault, plan, site, faultPoints, monotonicMs } = this.#parts;
    if (faultPoints.breaks('undo-fails')) return new OrdealError('TARGET_FAILED', 'fault point: undo-fails');
    for (;;) {
      try {
        const undo = within(fault.undo(plan, site), untilMs - monotonicMs(), `undo ${plan.type}`);
        await unlessAborted(signal, undo);
        return undefined;
      } catch (error) {
        signal.throwIfAborted();
        if (monotonicMs() + UNDO_AGAIN_MS >= untilMs) return error;
        await delay(UNDO_AGAIN_MS, undefined, { signal });
      }
    }
  }

  #enter(state: InjectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#parts.noteState(state);
  }
}
