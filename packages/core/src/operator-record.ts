import type { JsonObject } from './words.ts';

/** An act of an operator, whether Ordeal carried it out (a handle) or the operator told of it. */
export interface OperatorAct {
  /** Since zero, in ms; below zero: before the fault. */
  readonly atMs: number;
  /** As it was asked for or told, for people: `restart etcd1`, `kubectl delete pod ...`. */
  readonly command: string;
  /** The node it acted on, where that is known. */
  readonly node: string | null;
  /** It was meant to change something, not only to look. */
  readonly repairs: boolean;
  readonly exitCode: number | null;
  /** Ours: carried out and recorded by Ordeal. Theirs: told by the operator, and only that. */
  readonly by: 'handle' | 'operator';
}

/**
 * What became of the operator's claim, by what the probes saw.
 * `true_resolve`: claimed, true at that instant, and a repairing act of the operator came before the recovery; or its act
 * had ended the fault before the goal broke.
 * `premature_claim`: claimed before it was true, and it came true later. `false_resolve`: claimed, and it never came
 * true; or it healed without a repairing act of the operator. `silent_recovery`: it recovered, detected but never claimed.
 * `undetected`: the operator never said anything of this incident. `unclaimed`: detected, not recovered, nothing claimed.
 * `nothing_to_claim`: the goal never broke, and nothing was claimed.
 */
export const CLAIM_VERDICTS = [
  'true_resolve',
  'premature_claim',
  'false_resolve',
  'silent_recovery',
  'undetected',
  'unclaimed',
  'nothing_to_claim',
] as const;
export type ClaimVerdict = (typeof CLAIM_VERDICTS)[number];

/** One trial's operator, as recorded: what it did and said, and how the probes judge that. Times in ms since zero. */
export interface OperatorRecord {
  readonly operator: string;
  /** Its first event that is tied to this incident. */
  readonly detectedMs: number | null;
  readonly claimedResolvedMs: number | null;
  readonly acts: readonly OperatorAct[];
  readonly claim: ClaimVerdict;
  /** Who brought the goal back: a repairing act before the return, nobody's act, or our undo. Null: it never came back, or never broke. */
  readonly mendedBy: 'operator' | 'system' | 'undo' | null;
  /** Repairing acts on nodes that the fault did not target. */
  readonly actsOnHealthyNodes: number;
  /** Nodes that died by an act of the operator. */
  readonly nodesStopped: number;
  /** What does not fit above: tickets that matched no trial, reasoning, an exit code, output that was cut. */
  readonly notes: readonly JsonObject[];
}
