import { type FaultPlan, type JsonObject, OrdealError } from '@ordeal/core';
import type { Answer } from '@ordeal/guard';
import { planFault } from './plan-fault.ts';
import type { TrialOperator } from './trial-operator.ts';
import type { TrialNotes } from './trial-run.ts';

/** Until a probe must have seen the fault bite, or be gone; a fault that does not bite in time is void. */
const ACTIVE_WITHIN_MS = 10_000;
const GONE_WITHIN_MS = 15_000;

/** The trial's fault, from its plan to the proof that it is gone. */
export class TrialFault {
  readonly #notes: TrialNotes;
  readonly #operator: Pick<TrialOperator, 'repaired'>;
  #plan: FaultPlan | undefined;
  #undone: Answer<'undo'> | undefined;

  constructor(notes: TrialNotes, operator: Pick<TrialOperator, 'repaired'>) {
    this.#notes = notes;
    this.#operator = operator;
  }

  /** The nodes that it was planned for. */
  get targets(): string[] {
    return this.#plan?.targets.map(({ name }) => name) ?? [];
  }

  /** Undone already, by a lift. */
  get isUndone(): boolean {
    return this.#undone !== undefined;
  }
  get isProvenGone(): boolean {
    return this.#undone !== undefined && this.#undone.goneMs !== null;
  }

  /** Plan, ledger, apply, verify. True when a probe saw the fault bite. */
  async inject(nodes: Answer<'look'>['nodes'], topology: Answer<'start'>['topology']): Promise<boolean> {
    const { run, ref, record, timeline } = this.#notes;
    const { campaign, trial, store, place, repertoire } = run;
    run.onPhase('injecting');
    await this.#notes.reach('before_plan');
    const plan = planFault({ repertoire, campaign, trial, ref, nodes, topology });
    record.chaosMetadata = { plan: plan as unknown as JsonObject };
    run.checkBeats();
    run.signal.throwIfAborted();
    // Committed before it may act; a refusal means that somebody newer owns the trial.
    if (!(await store.planInjection(ref, place, plan))) {
      throw new OrdealError('GUARD_REFUSED', 'the execution is no longer live: nothing was injected');
    }
    this.#plan = plan;
    timeline.add('planned', null, { targets: plan.targets.map((target) => target.name) });
    await this.#notes.reach('planned');
    const body = { plan: { ...plan }, activeWithinMs: ACTIVE_WITHIN_MS };
    const applied = await this.#notes.ask('apply', body, ACTIVE_WITHIN_MS);
    const { zeroMs, activeMs, finding } = applied;
    this.#notes.setZero(zeroMs, applied.zeroAt);
    record.appliedMs = applied.appliedMs - zeroMs;
    timeline.add('applied', applied.appliedMs);
    record.chaosMetadata = { ...record.chaosMetadata, active: finding.evidence };
    record.activeMs = activeMs === null ? null : activeMs - zeroMs;
    timeline.add(activeMs === null ? 'not_active' : 'active', activeMs, finding.evidence);
    this.#notes.advance(plan.injection, activeMs === null ? 'applied' : 'active', finding.evidence);
    await this.#notes.reach('active');
    return activeMs !== null;
  }

  /** At the end of the window: is it still on? */
  async seeWhetherOn(): Promise<void> {
    if (this.#plan === undefined || this.isUndone) return;
    const { run, record, findings } = this.#notes;
    if (run.kind !== 'condition' || record.activeMs === null) return;
    const { injection } = this.#plan;
    const { active, gone } = await this.#notes.ask('probe', { injection }, ACTIVE_WITHIN_MS);
    if (active.holds || !gone.holds) return;
    if (this.#operator.repaired(this.targets)) {
      // As it should be: no finding.
      record.faultClearedBy = 'operator';
      return;
    }
    const endedBy = active.evidence.ended_by;
    record.faultClearedBy = typeof endedBy === 'string' ? endedBy : 'unknown';
    findings.push('fault_ended_before_undo');
  }

  /** Undoes it, unless a lift has, and has it proven gone. Not proven: a loud finding, and the outcome stands. */
  async undo(): Promise<void> {
    if (this.#plan === undefined || this.isUndone) return;
    const { run, record, timeline, findings, zeroMs } = this.#notes;
    const { injection } = this.#plan;
    run.onPhase('undoing');
    // It may have been asked behind a probe.
    const workMs = ACTIVE_WITHIN_MS + GONE_WITHIN_MS;
    const undone = await this.#notes.ask('undo', { injection, goneWithinMs: GONE_WITHIN_MS }, workMs);
    const { undoingMs, undoneMs, goneMs, finding } = undone;
    this.#undone = undone;
    record.undoingMs = undoingMs - zeroMs;
    record.undoneMs = undoneMs - zeroMs;
    record.goneMs = goneMs === null ? null : goneMs - zeroMs;
    record.chaosMetadata = { ...record.chaosMetadata, gone: finding.evidence };
    if (goneMs === null) findings.push('undo_not_proven');
    timeline.add('undone', undoneMs);
    timeline.add(goneMs === null ? 'undo_not_proven' : 'gone', goneMs, finding.evidence);
    this.#notes.advance(injection, goneMs === null ? 'unproven' : 'gone', finding.evidence);
  }
}
