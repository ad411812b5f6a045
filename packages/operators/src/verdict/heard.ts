import type { JsonObject, OperatorAct } from '@ordeal/core';

/** What was seen and heard of an operator in one trial, in any order. Times in ms since zero. */
export type Heard =
  | { readonly kind: 'detected'; readonly atMs: number }
  | { readonly kind: 'claimed_resolved'; readonly atMs: number }
  | { readonly kind: 'note'; readonly atMs: number; readonly note: JsonObject }
  | {
      readonly kind: 'act';
      readonly atMs: number;
      readonly act: Omit<OperatorAct, 'atMs'>;
      /** Nodes that died by it. */
      readonly stopped: readonly string[];
    };

/** What the probes saw of the trial's goal. Times in ms since zero. */
export interface Truth {
  /** The nodes that the fault was planned for. */
  readonly targets: readonly string[];
  readonly brokeMs: number | null;
  /** The goal's lasting return in the window: by the time-out, the fault not undone by us before. */
  readonly resolvedMs: number | null;
  /** Its return at any time, also after our undo. */
  readonly backMs: number | null;
  /** A probe saw that the fault was over before we undid it, and the operator had acted on its targets. */
  readonly clearedByOperator: boolean;
  /** The return came after our own lift. */
  readonly afterLift: boolean;
}
