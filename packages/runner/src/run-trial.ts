import {
  describeError,
  type ErrorCode,
  type FaultKind,
  type FaultPlan,
  type InjectionState,
  type JsonObject,
  OrdealError,
  type VoidCause,
} from '@ordeal/core';
import type { Answer, Body, Fence, GuardClient, GuardEvent } from '@ordeal/guard';
import type { Campaign, ExecutionResult, Store, Trial, TrialRecord } from '@ordeal/store';
import pRetry from 'p-retry';
import { GoalWatch, type HealthSample, type Verdict } from './goal-watch.ts';
import { HealthFeed } from './health-feed.ts';
import { planFault } from './plan-fault.ts';
import { Timeline } from './timeline.ts';

/** Until the probe must have seen the fault bite, or be gone; a fault that does not bite in time is void. */
const ACTIVE_WITHIN_MS = 10_000;
const GONE_WITHIN_MS = 15_000;
/** What the guard's answer may take beyond the work it was asked for. */
const ANSWER_SLACK_MS = 10_000;
/** Instances start in seconds; past this the machine is too busy to measure anything. */
const START_TIMEOUT_MS = 60_000;
const STEADY_BUDGET_MS = 60_000;

export interface TrialRun {
  readonly campaign: Campaign;
  readonly trial: Trial;
  readonly execution: number;
  readonly place: string;
  /** Fixed per trial: decides what undo and window mean. */
  readonly kind: FaultKind;
  readonly guard: GuardClient;
  readonly store: Pick<Store, 'planInjection' | 'advanceInjection' | 'appendEvents'>;
  /** Fires on shutdown, cancel or a lost lease. */
  readonly signal: AbortSignal;
}

/**
 * One trial from a fresh instance to its result. Removes nothing and records no result: the caller does, also
 * when this throws, because it must happen on every way out.
 * @throws the signal's reason when aborted; OrdealError GUARD_LOST or GUARD_REFUSED when the execution is no longer ours.
 */
export async function runTrial(run: TrialRun): Promise<ExecutionResult> {
  const trialRun = new RunningTrial(run);
  try {
    return await trialRun.run();
  } finally {
    // The timeline is evidence on every way out; failing to keep it must not hide why we leave.
    await run.store.appendEvents(trialRun.timeline.events()).catch(() => {});
  }
}

class RunningTrial {
  readonly timeline: Timeline;
  readonly #run: TrialRun;
  readonly #fence: Fence;
  readonly #findings: string[] = [];
  readonly #record: Mutable<TrialRecord> = emptyRecord();
  #zeroMs = 0;
  #plan: FaultPlan | undefined;
  #undone: Answer<'undo'> | undefined;

  constructor(run: TrialRun) {
    this.#run = run;
    this.#fence = { trial: run.trial.id, execution: run.execution };
    this.timeline = new Timeline({ trialId: run.trial.id, execution: run.execution });
  }

  async run(): Promise<ExecutionResult> {
    const { guard, trial } = this.#run;
    using feed = new HealthFeed(guard, this.#fence);
    const instance = await this.#ask(
      'start',
      { subject: trial.subject, runtime: trial.runtime },
      START_TIMEOUT_MS,
    );
    this.timeline.add('started', instance.startedMs, { nodes: instance.nodes.map((node) => node.name) });

    const steady = await this.#ask(
      'steady',
      { settleMs: trial.timing.settleSeconds * 1000, budgetMs: STEADY_BUDGET_MS },
      STEADY_BUDGET_MS,
    );
    if (!steady.steady) return this.#void('never_steady', `the instance was never steady: ${steady.detail}`);
    this.timeline.add('steady', steady.steadyMs);

    const before = await this.#ask('look', {}, 0);
    this.#record.initialState = before.state;

    if (trial.baseline) await this.#zeroWithoutFault();
    else {
      const active = await this.#inject(before.nodes, instance.topology);
      if (!active) return this.#void('fault_not_active', 'the fault was applied, but no probe saw it bite');
    }

    const watch = this.#watchFromZero();
    const verdict = await this.#observe(feed, watch);
    if (verdict === 'broken before zero') {
      return this.#void('never_steady', `the instance stopped being ${trial.goal} before the fault`);
    }
    await this.#finishUp(feed, watch);
    return { end: 'result', outcome: verdict.outcome, record: this.#finished(watch, verdict) };
  }

  async #zeroWithoutFault(): Promise<void> {
    const { zeroMs, zeroAt } = await this.#ask('zero', {}, 0);
    this.#setZero(zeroMs, zeroAt);
  }

  /** Plan, ledger, apply, verify. True when a probe saw the fault bite. */
  async #inject(nodes: Answer<'look'>['nodes'], topology: Answer<'start'>['topology']): Promise<boolean> {
    const { campaign, trial, store, place } = this.#run;
    const ref = { trialId: trial.id, execution: this.#run.execution };
    const plan = planFault({ campaign, trial, ref, nodes, topology });
    this.#plan = plan;
    this.#record.chaosMetadata = { plan: plan as unknown as JsonObject };
    // Committed before it may act; a refusal means that somebody newer owns the trial.
    if (!(await store.planInjection(ref, place, plan))) {
      throw new OrdealError('GUARD_REFUSED', 'the execution is no longer live: nothing was injected');
    }
    this.timeline.add('planned', null, { targets: plan.targets.map((target) => target.name) });
    const applied = await this.#ask(
      'apply',
      { plan: { ...plan }, activeWithinMs: ACTIVE_WITHIN_MS },
      ACTIVE_WITHIN_MS,
    );
    this.#setZero(applied.zeroMs, applied.zeroAt);
    this.#record.appliedMs = applied.appliedMs - applied.zeroMs;
    this.timeline.add('applied', applied.appliedMs);
    const { activeMs, finding } = applied;
    this.#record.chaosMetadata = { ...this.#record.chaosMetadata, active: finding.evidence };
    if (activeMs === null) {
      this.timeline.add('not_active', null, finding.evidence);
      await this.#advance(plan.injection, 'applied', finding.evidence);
      await this.#endFault();
      return false;
    }
    this.#record.activeMs = activeMs - applied.zeroMs;
    this.timeline.add('active', activeMs, finding.evidence);
    await this.#advance(plan.injection, 'active', finding.evidence);
    return true;
  }

  /**
   * Moves the ledger's row on. Only the plan has to be there before the fault acts; a move that is lost in an outage
   * costs no verdict, and the watch over the ledger closes the row later.
   */
  async #advance(injection: string, state: InjectionState, evidence: JsonObject): Promise<void> {
    const { store } = this.#run;
    await pRetry(() => store.advanceInjection(injection, state, evidence), {
      retries: 3,
      minTimeout: 200,
    }).catch((error: unknown) =>
      this.timeline.add('ledger_not_moved', null, { state, error: describeError(error) }),
    );
  }

  #setZero(zeroMs: number, zeroAt: string): void {
    this.#zeroMs = zeroMs;
    this.#record.zeroAt = zeroAt;
    this.timeline.setZero(zeroMs, zeroAt);
  }

  #watchFromZero(): GoalWatch {
    const { goal, baseline, timing } = this.#run.trial;
    return new GoalWatch({
      goal,
      zeroMs: this.#zeroMs,
      baseline,
      timeoutMs: timing.timeoutSeconds * 1000,
      breakWithinMs: Math.max(timing.holdSeconds, timing.horizonSeconds) * 1000,
      settleMs: timing.settleSeconds * 1000,
    });
  }

  /** The window under the fault; lifts the fault on the way when the campaign says so. */
  async #observe(feed: HealthFeed, watch: GoalWatch): Promise<Verdict | 'broken before zero'> {
    const { goal, timing, durationSeconds } = this.#run.trial;
    const windowMs = Math.max(timing.timeoutSeconds, timing.holdSeconds, timing.horizonSeconds) * 1000;
    const limits = {
      timeoutMs: windowMs + timing.settleSeconds * 1000 + ANSWER_SLACK_MS,
      signal: this.#run.signal,
    };
    const liftAtMs = durationSeconds === null ? null : this.#zeroMs + durationSeconds * 1000;
    for (;;) {
      let liftMs: number | null = null;
      const step = await feed.until((event): Verdict | 'lift' | 'broken before zero' | undefined => {
        const sample = this.#follow(event, watch);
        if (sample === undefined) return undefined;
        // Bad, and no change to bad was told since zero: what broke it was not the fault.
        const goodSinceMs = goal === 'serving' ? sample.servingSinceMs : sample.wholeSinceMs;
        if (goodSinceMs === null && watch.clock(goal).brokeMs === null) return 'broken before zero';
        const verdict = watch.sample(sample);
        if (verdict !== undefined) {
          this.#record.observedMs = sample.nowMs - this.#zeroMs;
          return verdict;
        }
        // By the guard's newest tick: what is told of health lags behind while a return is being judged.
        const nowMs = this.#run.guard.lastTick.guardMs;
        if (liftAtMs === null || this.#undone !== undefined || nowMs < liftAtMs) return undefined;
        liftMs = nowMs;
        return 'lift';
      }, limits);
      if (step !== 'lift') return step;
      this.timeline.add('lift', liftMs, { after_seconds: durationSeconds });
      await this.#captureFinalState();
      await this.#undo();
    }
  }

  /** The state with the fault still on: before the undo, whether that is a lift or the end of the window. */
  async #captureFinalState(): Promise<void> {
    if (this.#record.finalState !== null) return;
    const { state } = await this.#ask('look', {}, 0);
    this.#record.finalState = state;
  }

  /**
   * State, undo, proof and recovery, once there is a verdict. It stands whatever goes wrong here: that is a finding,
   * and the instance is destroyed right after. Only who no longer owns the execution may not record it.
   */
  async #finishUp(feed: HealthFeed, watch: GoalWatch): Promise<void> {
    try {
      await this.#captureFinalState();
      if (!this.#run.trial.baseline) await this.#endFault();
      await this.#observeRecovery(feed, watch);
    } catch (error) {
      const isOurs = !(error instanceof OrdealError && NOT_OURS.has(error.code));
      if (this.#run.signal.aborted || !isOurs) throw error;
      const undone = this.#run.trial.baseline || this.#record.goneMs !== null;
      this.#findings.push(undone ? 'recovery_not_watched' : 'undo_not_proven');
      this.timeline.add('finish_failed', null, { error: describeError(error) });
    }
  }

  /** Until the instance is whole without the fault, at most `recovery_seconds`. */
  async #observeRecovery(feed: HealthFeed, watch: GoalWatch): Promise<void> {
    const { timing } = this.#run.trial;
    const recoveryMs = timing.recoverySeconds * 1000;
    let fromMs: number | undefined;
    let last: HealthSample | undefined;
    const whole = await feed.until(
      (event) => {
        const sample = this.#follow(event, watch);
        if (sample === undefined) return undefined;
        last = sample;
        watch.sample(sample);
        // Told before the undo, it says nothing of what came after.
        if (sample.nowMs < this.#zeroMs + (this.#record.undoneMs ?? 0)) return undefined;
        fromMs ??= sample.nowMs;
        if (sample.wholeSinceMs !== null && sample.servingSinceMs !== null) return true;
        return sample.nowMs - fromMs >= recoveryMs ? false : undefined;
      },
      { timeoutMs: recoveryMs + ANSWER_SLACK_MS, signal: this.#run.signal },
    );
    if (last !== undefined) watch.finish(last);
    this.#record.wholeAfterUndo = whole;
    if (!whole) this.#findings.push('not_whole_after_undo');
    this.timeline.add(whole ? 'recovered' : 'not_recovered', last?.nowMs ?? null);
  }

  /** Before the undo: was the fault still on? Then undo it and prove it gone. */
  async #endFault(): Promise<void> {
    if (this.#plan === undefined || this.#undone !== undefined) return;
    if (this.#run.kind === 'condition' && this.#record.activeMs !== null) {
      const { active, gone } = await this.#ask(
        'probe',
        { injection: this.#plan.injection },
        ACTIVE_WITHIN_MS,
      );
      if (!active.holds && gone.holds) {
        this.#record.faultClearedBy = 'unknown';
        this.#findings.push('fault_ended_before_undo');
      }
    }
    await this.#undo();
  }

  async #undo(): Promise<void> {
    if (this.#plan === undefined) return;
    const { injection } = this.#plan;
    const undone = await this.#ask('undo', { injection, goneWithinMs: GONE_WITHIN_MS }, GONE_WITHIN_MS);
    this.#undone = undone;
    this.#record.undoneMs = undone.undoneMs - this.#zeroMs;
    this.timeline.add('undone', undone.undoneMs);
    this.#record.chaosMetadata = { ...this.#record.chaosMetadata, gone: undone.finding.evidence };
    if (undone.goneMs === null) {
      // The outcome stands and the instance is destroyed right after; the finding must be loud.
      this.#findings.push('undo_not_proven');
      this.timeline.add('undo_not_proven', null, undone.finding.evidence);
      await this.#advance(injection, 'unproven', undone.finding.evidence);
      return;
    }
    this.#record.goneMs = undone.goneMs - this.#zeroMs;
    this.timeline.add('gone', undone.goneMs, undone.finding.evidence);
    await this.#advance(injection, 'gone', undone.finding.evidence);
  }

  /** Feeds one event to watch and timeline; the sample, if it was one from after zero. */
  #follow(event: GuardEvent, watch: GoalWatch): HealthSample | undefined {
    if (event.event === 'note') this.timeline.add(event.kind, event.atMs, event.data);
    if (event.event === 'transition' && event.knownMs >= this.#zeroMs) {
      watch.transition(event);
      this.timeline.add(TRANSITION_KINDS[event.part][event.good ? 'good' : 'bad'], event.atMs, {
        detail: event.detail,
        known_ms: Math.round(event.knownMs - this.#zeroMs),
      });
    }
    return event.event === 'health' && event.nowMs >= this.#zeroMs ? event : undefined;
  }

  #finished(watch: GoalWatch, verdict: Verdict): TrialRecord {
    const serving = watch.clock('serving');
    const whole = watch.clock('whole');
    const resolvedMs = verdict.outcome === 'resolved' ? verdict.resolvedMs : null;
    const undoneMs = this.#record.undoneMs;
    return {
      ...this.#record,
      impairedMs: serving.brokeMs,
      servingAgainMs: serving.backMs,
      degradedMs: whole.brokeMs,
      wholeAgainMs: whole.backMs,
      brokeMs: 'brokeMs' in verdict ? verdict.brokeMs : null,
      resolvedMs,
      // Only a lift can come before the return: the final undo follows the verdict.
      afterLift: resolvedMs !== null && undoneMs !== null && undoneMs <= resolvedMs,
      findings: this.#findings,
    };
  }

  #void(voidCause: VoidCause, error: string): ExecutionResult {
    this.timeline.add('void', null, { cause: voidCause, error });
    return { end: 'void', voidCause, error, record: { ...this.#record, findings: this.#findings } };
  }

  #ask<V extends TrialVerb>(verb: V, body: Omit<Body<V>, 'fence'>, workMs: number): Promise<Answer<V>> {
    // TypeScript cannot see that Omit and the fence add up to the body again.
    const whole = { fence: this.#fence, ...body } as unknown as Body<V>;
    return this.#run.guard.ask(verb, whole, {
      timeoutMs: workMs + ANSWER_SLACK_MS,
      signal: this.#run.signal,
    });
  }
}

/** Errors which say that somebody else has the execution, or nobody. */
const NOT_OURS: ReadonlySet<ErrorCode> = new Set(['GUARD_LOST', 'GUARD_REFUSED']);

type TrialVerb = 'start' | 'steady' | 'look' | 'apply' | 'undo' | 'probe' | 'zero';
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const TRANSITION_KINDS = {
  serving: { good: 'serving_again', bad: 'impaired' },
  whole: { good: 'whole_again', bad: 'degraded' },
} as const;

function emptyRecord(): Mutable<TrialRecord> {
  return {
    zeroAt: '',
    appliedMs: null,
    activeMs: null,
    impairedMs: null,
    servingAgainMs: null,
    degradedMs: null,
    wholeAgainMs: null,
    brokeMs: null,
    resolvedMs: null,
    observedMs: 0,
    undoneMs: null,
    goneMs: null,
    wholeAfterUndo: null,
    afterLift: false,
    faultClearedBy: null,
    findings: [],
    initialState: null,
    finalState: null,
    chaosMetadata: null,
  };
}
