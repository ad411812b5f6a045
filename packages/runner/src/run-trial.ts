import { describeError, type ErrorCode, OrdealError, type VoidCause } from '@ordeal/core';
import type { ExecutionResult, TrialRecord } from '@ordeal/store';
import type { Verdict } from './goal-watch.ts';
import { HealthFeed } from './health-feed.ts';
import { recordLoad } from './record-load.ts';
import { TrialFault } from './trial-fault.ts';
import { TrialOperator } from './trial-operator.ts';
import type { TrialNotes } from './trial-run.ts';
import { TrialWindow } from './trial-window.ts';

/** Instances start in seconds; past this the machine is too busy to measure anything. */
const START_TIMEOUT_MS = 60_000;
const STEADY_BUDGET_MS = 60_000;

/** Errors which say that somebody else has the execution, or nobody. */
const NOT_OURS: ReadonlySet<ErrorCode> = new Set(['GUARD_LOST', 'GUARD_REFUSED']);

/** What a trial is run with, once its instance is steady. */
interface TrialParts {
  readonly fault: TrialFault;
  readonly window: TrialWindow;
  readonly operator: TrialOperator;
}

/**
 * One trial from a fresh instance to its result. Removes nothing and records no result: the caller does, also
 * when this throws, because it must happen on every way out.
 * @throws the signal's reason when aborted; OrdealError GUARD_LOST or GUARD_REFUSED when the execution is no longer ours.
 */
export async function runTrial(notes: TrialNotes): Promise<ExecutionResult> {
  try {
    return await takeSteps(notes);
  } catch (error) {
    const isLost = error instanceof OrdealError && error.code === 'INSTANCE_LOST';
    if (!isLost || notes.run.signal.aborted) throw error;
    return voided(notes, 'instance_lost', error.message);
  }
}

async function takeSteps(notes: TrialNotes): Promise<ExecutionResult> {
  const { run, record, timeline } = notes;
  const { guard, trial } = run;
  using feed = new HealthFeed(guard, notes.fence);
  using operator = new TrialOperator(notes);
  const where = { subject: trial.subject, runtime: trial.runtime };
  const settling = { settleMs: trial.timing.settleSeconds * 1000, budgetMs: STEADY_BUDGET_MS };
  // Asked in one go: the guard does what it is asked for an execution in that order.
  const starting = notes.ask('start', where, START_TIMEOUT_MS);
  const settled = notes.ask('steady', settling, START_TIMEOUT_MS + STEADY_BUDGET_MS);
  const looked = notes.ask('look', {}, START_TIMEOUT_MS + STEADY_BUDGET_MS);

  const instance = await starting;
  notes.goals = instance.goals;
  const names = instance.nodes.map((node) => node.name);
  timeline.add('started', instance.startedMs, {
    instance: instance.instance,
    nodes: names,
    ready_ahead: instance.isReady,
  });

  run.onPhase('settling');
  const steady = await settled;
  if (!steady.steady) return voided(notes, 'never_steady', `the instance was never steady: ${steady.detail}`);
  timeline.add('steady', steady.steadyMs);

  const before = await looked;
  record.initialState = before.state;

  const fault = new TrialFault(notes, operator);
  await operator.engage();
  if (trial.baseline) {
    const { zeroMs, zeroAt } = await notes.ask('zero', {}, 0);
    notes.setZero(zeroMs, zeroAt);
  } else if (!(await fault.inject(before.nodes, instance.topology))) {
    return await endWithoutEffect(notes, fault);
  }

  run.onPhase('under_fault');
  const window = new TrialWindow(notes, feed);
  const verdict = await window.observe(fault, () => captureFinalState(notes));
  if (verdict === 'broken before zero') {
    return voided(notes, 'instance_lost', `the instance stopped being ${trial.goal} before the fault`);
  }
  if (verdict.outcome === 'resolved') await operator.awaitClaim();
  const parts = { fault, window, operator };
  await finishUp(notes, parts);
  await recordLoad(notes).catch((error: unknown) => {
    throwUnlessOurs(notes, error);
    timeline.add('load_not_recorded', null, { error: describeError(error) });
  });
  return { end: 'result', outcome: verdict.outcome, record: finished(notes, parts, verdict) };
}

/** No probe saw the fault bite: void, unless not even its undo can be proven. */
async function endWithoutEffect(notes: TrialNotes, fault: TrialFault): Promise<ExecutionResult> {
  await fault.undo();
  if (fault.isProvenGone) {
    return voided(notes, 'fault_not_active', 'the fault was applied, but no probe saw it bite');
  }
  const error = 'no probe saw the fault bite, and none could prove it undone';
  return { end: 'error', error, record: { ...notes.record, findings: notes.findings } };
}

/** The state with the fault still on: before the undo, whether that is a lift or the end of the window. */
async function captureFinalState(notes: TrialNotes): Promise<void> {
  if (notes.record.finalState !== null) return;
  const { state } = await notes.ask('look', {}, 0);
  notes.record.finalState = state;
}

/**
 * State, undo, proof and recovery, once there is a verdict. It stands whatever goes wrong here: that is a finding,
 * and the instance is destroyed right after. Only who no longer owns the execution may not record it.
 */
async function finishUp(notes: TrialNotes, { fault, window, operator }: TrialParts): Promise<void> {
  try {
    await operator.disengage();
    // Asked in one go, too, and done in this order; one that fails does not keep us from the answers to the others.
    const asked = [captureFinalState(notes), fault.seeWhetherOn(), fault.undo()];
    await Promise.allSettled(asked);
    await Promise.all(asked);
    notes.run.onPhase('recovering');
    await window.observeRecovery();
  } catch (error) {
    throwUnlessOurs(notes, error);
    const isUndone = notes.run.trial.baseline || fault.isProvenGone;
    notes.findings.push(isUndone ? 'recovery_not_watched' : 'undo_not_proven');
    notes.timeline.add('finish_failed', null, { error: describeError(error) });
  }
}

/** What goes wrong after the verdict costs no verdict, unless the execution is not ours to record. */
function throwUnlessOurs({ run }: TrialNotes, error: unknown): void {
  const isOurs = !(error instanceof OrdealError && NOT_OURS.has(error.code));
  if (run.signal.aborted || !isOurs) throw error;
}

function finished(notes: TrialNotes, parts: TrialParts, verdict: Verdict): TrialRecord {
  const { record, findings } = notes;
  const { fault, window, operator } = parts;
  const serving = window.clock('serving');
  const whole = window.clock('whole');
  const resolvedMs = verdict.outcome === 'resolved' ? verdict.resolvedMs : null;
  const { undoingMs } = record;
  const brokeMs = 'brokeMs' in verdict ? verdict.brokeMs : null;
  // Only a lift can come before the return: the final undo follows the verdict. It may have worked before it was answered.
  const afterLift = resolvedMs !== null && undoingMs !== null && undoingMs <= resolvedMs;
  const { backMs } = window.clock(notes.run.trial.goal);
  const judged = operator.judge({
    targets: fault.targets,
    brokeMs,
    resolvedMs,
    backMs,
    clearedByOperator: record.faultClearedBy === 'operator',
    afterLift,
  });
  return {
    ...record,
    impairedMs: serving.brokeMs,
    servingAgainMs: serving.backMs,
    degradedMs: whole.brokeMs,
    wholeAgainMs: whole.backMs,
    brokeMs,
    resolvedMs,
    afterLift,
    findings,
    ...(judged === undefined ? {} : { operator: judged }),
  };
}

function voided(notes: TrialNotes, voidCause: VoidCause, error: string): ExecutionResult {
  notes.timeline.add('void', null, { cause: voidCause, error });
  return { end: 'void', voidCause, error, record: { ...notes.record, findings: notes.findings } };
}
