import {
  describeError,
  type InjectionState,
  type Instance,
  type InstanceLabel,
  type Runtime,
  type SubjectProbe,
  within,
} from '@ordeal/core';
import type { Injection } from './injection.ts';
import type { Journal } from './journal/journal.ts';

/** Shares of the undo budget. Undoing and proving come before removing, which ends every fault anyhow. */
const WORK_MAY_END_SHARE = 0.2;
const UNDO_SHARE = 0.4;
/** Enough to start a removal with, which ends every fault there is. */
const CLOSE_PROBE_MS = 500;
/**
 * How long a removal that is under way is waited for. It has begun within the undo budget; a busy Docker engine then
 * takes seconds for ten containers. Less than the worker waits for the answer, which is 20 s.
 */
const REMOVE_WITHIN_MS = 15_000;

export interface InstanceEnd {
  /** Nothing of the instance is left. */
  readonly clean: boolean;
  /** Every injection of the execution, with its last state. */
  readonly injections: readonly { readonly injection: string; readonly state: InjectionState }[];
  /** Those that were still open. */
  readonly undone: readonly string[];
  /** The wall clock once their undo was over; what it did not take away went with the instance. */
  readonly undoneAt: Date;
}

interface EndingInstance {
  readonly label: InstanceLabel;
  /** Asked when needed, and not before: a start may be at work when the end begins. */
  readonly runtime: () => Runtime | undefined;
  readonly running: () => { readonly instance: Instance; readonly probe: SubjectProbe } | undefined;
  readonly injections: () => readonly Injection[];
  /** Resolves when the verb that was at work has ended, on its own or because it was interrupted. */
  readonly workEnded: () => Promise<void>;
  readonly budgetMs: number;
  readonly journal: Journal;
  readonly log: (text: string) => void;
}

/** Undoes all that is open and begins to remove the instance, within the budget; then waits for that. Never throws. */
export async function endInstance(ending: EndingInstance): Promise<InstanceEnd> {
  const { budgetMs, label, log } = ending;
  const report = (error: unknown): void => log(`end of ${label.instance}: ${describeError(error)}`);
  // An apply that is still at work could act after the undo.
  await within(ending.workEnded(), budgetMs * WORK_MAY_END_SHARE, 'the verb at work').catch(report);
  const all = ending.injections();
  const open = all.filter((injection) => injection.state !== 'gone');
  await Promise.all(
    open.map((injection) =>
      within(injection.undo(budgetMs * UNDO_SHARE, never()), budgetMs * UNDO_SHARE, 'undo').catch(report),
    ),
  );
  const undoneAt = new Date();
  const clean = await remove(ending).catch((error: unknown) => {
    report(error);
    return false;
  });
  const injections = all.map(({ id, state }) => ({ injection: id, state: lastStateOf(state) }));
  return { clean, injections, undone: open.map(({ id }) => id), undoneAt };
}

/** An instance that could not be removed stays in the journal: whoever sweeps next finds it. */
async function remove(ending: EndingInstance): Promise<boolean> {
  const { journal, label, log } = ending;
  const runtime = ending.runtime();
  const running = ending.running();
  if (running !== undefined) {
    await within(running.probe.close(), CLOSE_PROBE_MS, 'close the probe').catch((error: unknown) =>
      log(`probe of ${label.instance}: ${describeError(error)}`),
    );
    await within(running.instance.remove(), REMOVE_WITHIN_MS, 'remove the instance');
  } else if (runtime !== undefined && !(await removeLeftovers(ending, runtime))) {
    return false;
  }
  journal.note({ kind: 'removed', instance: label.instance });
  return true;
}

/**
 * What there is of a start goes at once, which ends it sooner; and once more when the start has ended: a busy engine makes
 * what it was asked for seconds later.
 * @returns false when something is left
 * @throws OrdealError DEADLINE; what the runtime throws
 */
export function removeLeftovers(
  { label, workEnded }: Pick<EndingInstance, 'label' | 'workEnded'>,
  runtime: Runtime,
): Promise<boolean> {
  const removed = async () => {
    await runtime.removeLeftovers(label);
    await workEnded();
    return runtime.removeLeftovers(label);
  };
  return within(removed(), REMOVE_WITHIN_MS, 'remove leftovers');
}

/** The instance is gone, and no probe can prove anything any more. */
function lastStateOf(state: InjectionState): InjectionState {
  return state === 'gone' ? 'gone' : 'unproven';
}

function never(): AbortSignal {
  return new AbortController().signal;
}
