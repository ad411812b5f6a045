import { describeError, OrdealError, waitFor } from '@ordeal/core';
import type { Answer } from '@ordeal/guard';
import type { Ended, ExecutionResult, Store } from '@ordeal/store';
import { TrialAborted } from './abort-reason.ts';
import { outlastOutage } from './outlast-outage.ts';
import { runTrial } from './run-trial.ts';
import { TrialNotes, type TrialRun } from './trial-run.ts';

/** Undo, proof and removal of all processes; the guard has its own, shorter bounds inside. */
const REMOVE_TIMEOUT_MS = 20_000;
/** An engine that is restarted is back by then. What is still left the guard goes on removing, beside the next trial. */
const REMOVED_WITHIN_MS = 60_000;
const REMOVE_AGAIN_MS = 1_000;
/** What says nothing of the trial, but of those that ran it: it spends no attempt. */
const NOT_THE_TRIALS: readonly string[] = ['GUARD_LOST', 'GUARD_REFUSED', 'POSTGRES_UNAVAILABLE'];

export interface TrialExecution extends Omit<TrialRun, 'store'> {
  readonly store: Pick<Store, 'planInjection' | 'advanceInjection' | 'endExecution' | 'restSlot'>;
  /** Resolves once the faults of a guard that was lost are undone by its successor. */
  readonly guardRecovered: () => Promise<void>;
}

/** How an execution ended. */
export interface TrialEnd {
  readonly ended: Ended;
  /** The slot, in the campaign and on the worker, has to cool down. */
  readonly rests: boolean;
  /** Resolves when the instance is removed, or could not be; it does not fail. */
  readonly removed: Promise<void>;
}

/**
 * Runs one claimed execution to its recorded end: whatever happens inside, the fault is undone, the instance
 * removed and the execution ended in the database, in that order unless there is a result, which is recorded first.
 * Where nothing cools down, the removal of an instance that gave a result goes on beside the next trial.
 */
export async function executeTrial(execution: TrialExecution): Promise<TrialEnd> {
  const { store, campaign, onPhase } = execution;
  const notes = new TrialNotes(execution);
  const { ref } = notes;
  const result = await runTrial(notes).catch((error: unknown) => {
    execution.checkBeats();
    return endOf(error, execution.signal);
  });
  const isResult = result.end === 'result';
  if (isResult) await notes.reach('before_record');
  const ended = isResult
    ? await record(store, notes, result)
    : await removeAndRecord(execution, notes, result);
  let removed = Promise.resolve();
  if (isResult) {
    onPhase('removing');
    // The result stands whatever the removal says: what cannot be removed now is swept later.
    removed = removeInstance(execution, notes)
      .then(() => notes.moves)
      .catch(() => {});
  }
  await notes.moves;
  if (campaign.cooldownSeconds > 0) await removed;
  const rests = result.end === 'result' || result.end === 'void' || result.end === 'error';
  if (rests && ended.kind === 'ended') await store.restSlot(ref, campaign.cooldownSeconds * 1000);
  return { ended, rests, removed };
}

async function removeAndRecord(
  execution: TrialExecution,
  notes: TrialNotes,
  result: ExecutionResult,
): Promise<Ended> {
  const { store, guard, guardRecovered, onPhase } = execution;
  onPhase('removing');
  const removal = await removeInstance(execution, notes).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (removal !== undefined && guard.isClosed) await guardRecovered();
  return record(store, notes, result);
}

/**
 * The end must reach Postgres also when it is away just now: an identical end sent twice counts once, and one that
 * comes too late is refused by the fence. In a longer outage the execution is left to be found lost.
 */
function record(
  store: Pick<Store, 'endExecution'>,
  { ref, timeline }: TrialNotes,
  result: ExecutionResult,
): Promise<Ended> {
  return outlastOutage(() => store.endExecution(ref, result, timeline.events()));
}

/**
 * Undoes what is left and removes the instance; with it, the ledger's open rows are closed. Where the engine is away this
 * waits for it, unless the trial was told to stop: what runs next should not run beside a fault that nobody could undo,
 * and would find no engine.
 */
async function removeInstance(
  { guard, signal }: Pick<TrialExecution, 'guard' | 'signal'>,
  notes: TrialNotes,
): Promise<void> {
  const { fence } = notes;
  const ask = () => guard.ask('remove', { fence }, { timeoutMs: REMOVE_TIMEOUT_MS });
  const { clean, undone } = await ask();
  const isGone = clean || (!signal.aborted && (await becomesClean(ask)));
  for (const injection of undone) {
    // States only move forward: what a probe saw gone before stays as it was seen.
    if (isGone) notes.advance(injection, 'gone', { seen: 'its instance is removed' });
    else notes.advance(injection, 'unproven', { seen: 'removal failed' });
  }
}

/** @throws OrdealError GUARD_LOST when the guard goes meanwhile: its successor removes what is left */
async function becomesClean(ask: () => Promise<Answer<'remove'>>): Promise<boolean> {
  const unlessLate = (error: unknown) => {
    if (error instanceof OrdealError && error.code === 'DEADLINE') return undefined;
    throw error;
  };
  const look = () => ask().then(({ clean }) => clean || undefined, unlessLate);
  const options = { timeoutMs: REMOVED_WITHIN_MS, everyMs: REMOVE_AGAIN_MS };
  const clean = await waitFor('the removal of an instance', look, options).catch(unlessLate);
  return clean === true;
}

/** An execution that was interrupted or broke: never a result. */
function endOf(error: unknown, signal: AbortSignal): ExecutionResult {
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (reason instanceof TrialAborted) {
    if (reason.why === 'shutdown' || reason.why === 'paused') return { end: 'given_back' };
    if (reason.why === 'cancelled') return { end: 'cancelled' };
    return { end: 'lost', error: reason.message };
  }
  const abandoned = reason instanceof OrdealError && NOT_THE_TRIALS.includes(reason.code);
  if (abandoned) return { end: 'lost', error: describeError(reason) };
  return { end: 'error', error: describeError(reason), record: null };
}
