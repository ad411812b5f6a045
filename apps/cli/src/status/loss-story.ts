import { DEFAULT_TIMING } from '@ordeal/core';
import type { LostExecution, LostInjection } from '@ordeal/store';
import { clockTime } from './clock.ts';

/**
 * What was lost, what became of its fault, and what of its trial, in one sentence for whoever is on call.
 *
 * @example
 * 'execution 1 lost: worker w-3 silent since 12:03:07; its guard undid the fault at 12:03:09; running again on w-5'
 */
export function lossStory(lost: LostExecution): string {
  return [
    `execution ${lost.execution} lost: ${causeOf(lost)}`,
    ...(lost.injections.length === 0 ? ['no fault was on'] : lost.injections.map(faultEnd(lost))),
    sequelOf(lost),
  ].join('; ');
}

/** A worker that could no longer beat was silent, whoever noticed it first: a watcher, its guard, or itself. */
function causeOf({ workerId, lastBeatAt, endedAt, error }: LostExecution): string {
  const silentMs = endedAt.getTime() - lastBeatAt.getTime();
  if (silentMs >= DEFAULT_TIMING.guardLeaseMs)
    return `worker ${workerId} silent since ${clockTime(lastBeatAt)}`;
  return `${error ?? 'nobody knows why'} (on ${workerId} at ${clockTime(endedAt)})`;
}

function faultEnd({ place }: LostExecution): (injection: LostInjection) => string {
  return ({ state, evidence, verifiedAt }) => {
    const proof = evidence.gone;
    const left = typeof proof === 'object' && proof !== null && !Array.isArray(proof) ? proof : {};
    if (typeof left.undone_at === 'string') {
      const who =
        left.undone_by === 'successor'
          ? 'the next guard removed its instance, fault and all,'
          : 'its guard undid the fault';
      return `${who} at ${clockTime(left.undone_at)}`;
    }
    if (state === 'gone') return `the fault was seen gone at ${clockTime(verifiedAt)}`;
    if (state === 'unproven') return 'the fault could not be proven gone: its instance was to be destroyed';
    return `no word yet that its fault is undone: a worker at its place (${place}) will tell`;
  };
}

function sequelOf({
  trialStatus,
  trialOutcome,
  newestExecution,
  newestWorkerId,
  execution,
}: LostExecution): string {
  switch (trialStatus) {
    case 'running':
      return `running again on ${newestWorkerId}`;
    case 'pending':
      return newestExecution === null
        ? 'waits to run again'
        : `ran again as execution ${newestExecution}, and waits for the next`;
    case 'completed':
      return `completed by execution ${newestExecution ?? execution}: ${trialOutcome}`;
    case 'failed':
      return 'the trial has failed since';
    case 'cancelled':
      return 'the trial is cancelled';
  }
}
