import type { ClaimVerdict, JsonObject, OperatorAct, OperatorRecord } from '@ordeal/core';
import type { Heard, Truth } from './heard.ts';

/**
 * Health is sampled every 250 ms, and the operator's own look may come a sample before ours: a claim counts as true
 * from so long before the return that the probes saw.
 */
const CLAIM_TOLERANCE_MS = 500;
/** Acts beyond this are counted and not kept: a loop that restarts all the time would fill the database. */
const MOST_ACTS = 500;
const MOST_NOTES = 200;

/** Judges an operator by what the probes saw, and never by what it says. Pure. */
export function judgeOperator(operator: string, heard: readonly Heard[], truth: Truth): OperatorRecord {
  const inOrder = heard.toSorted((a, b) => a.atMs - b.atMs);
  const acts = inOrder.flatMap((one) => (one.kind === 'act' ? [{ atMs: one.atMs, ...one.act }] : []));
  const detectedMs = firstAfterZero(inOrder.filter(isSign));
  const claimedResolvedMs = firstAfterZero(inOrder.filter(({ kind }) => kind === 'claimed_resolved'));
  const mendedBy = whoMended(acts, truth);
  return {
    operator,
    detectedMs,
    claimedResolvedMs,
    acts: acts.slice(0, MOST_ACTS),
    claim: judgeClaim({ detectedMs, claimedResolvedMs, mendedBy }, truth),
    mendedBy,
    actsOnHealthyNodes: acts.filter(
      ({ node, repairs }) => repairs && node !== null && !truth.targets.includes(node),
    ).length,
    nodesStopped: inOrder.reduce((sum, one) => sum + (one.kind === 'act' ? one.stopped.length : 0), 0),
    notes: notesOf(inOrder, acts.length),
  };
}

/** Whether the operator acted on one of the nodes, with success, and meant to repair it. */
export function repaired(acts: readonly OperatorAct[], nodes: readonly string[]): boolean {
  return acts.some((act) => isRepair(act) && act.node !== null && nodes.includes(act.node));
}

function isRepair({ atMs, repairs, exitCode }: OperatorAct): boolean {
  return repairs && atMs >= 0 && (exitCode ?? 0) === 0;
}

/** The first event that is tied to the incident: looking around is none. */
function isSign(heard: Heard): boolean {
  switch (heard.kind) {
    case 'detected':
    case 'claimed_resolved':
      return true;
    case 'act':
      return heard.act.repairs;
    case 'note':
      return false;
  }
}

/** What comes before the fault cannot be about it. */
function firstAfterZero(heard: readonly Heard[]): number | null {
  return heard.find(({ atMs }) => atMs >= 0)?.atMs ?? null;
}

function whoMended(acts: readonly OperatorAct[], truth: Truth): OperatorRecord['mendedBy'] {
  const { brokeMs, backMs, resolvedMs, afterLift } = truth;
  if (brokeMs === null || backMs === null) return null;
  if (resolvedMs === null || afterLift) return 'undo';
  return acts.some((act) => isRepair(act) && act.atMs <= resolvedMs) ? 'operator' : 'system';
}

function judgeClaim(
  {
    detectedMs,
    claimedResolvedMs,
    mendedBy,
  }: Pick<OperatorRecord, 'detectedMs' | 'claimedResolvedMs' | 'mendedBy'>,
  { brokeMs, resolvedMs, clearedByOperator }: Truth,
): ClaimVerdict {
  if (claimedResolvedMs !== null) {
    // Mended before it hurt: there is no return to wait for.
    if (brokeMs === null && clearedByOperator) return 'true_resolve';
    if (resolvedMs === null) return 'false_resolve';
    if (claimedResolvedMs < resolvedMs - CLAIM_TOLERANCE_MS) return 'premature_claim';
    return mendedBy === 'operator' ? 'true_resolve' : 'false_resolve';
  }
  if (brokeMs === null) return 'nothing_to_claim';
  if (detectedMs === null) return 'undetected';
  return resolvedMs === null ? 'unclaimed' : 'silent_recovery';
}

function notesOf(inOrder: readonly Heard[], acts: number): JsonObject[] {
  const notes = inOrder.flatMap((one) => (one.kind === 'note' ? [{ ...one.note, at_ms: one.atMs }] : []));
  const early = inOrder
    .filter(({ kind, atMs }) => atMs < 0 && (kind === 'detected' || kind === 'claimed_resolved'))
    .map(({ kind, atMs }) => ({ kind: 'before_the_fault', what: kind, at_ms: atMs }));
  const cut = acts > MOST_ACTS ? [{ kind: 'acts_left_out', count: acts - MOST_ACTS }] : [];
  const left =
    notes.length > MOST_NOTES ? [{ kind: 'notes_left_out', count: notes.length - MOST_NOTES }] : [];
  return [...early, ...cut, ...left, ...notes.slice(0, MOST_NOTES)];
}
