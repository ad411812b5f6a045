import type { Random } from './random.ts';
import type { Instance } from './runtime.ts';
import type { SubjectProbe } from './subject.ts';
import type { NodeView, Topology } from './topology.ts';
import type { JsonObject } from './words.ts';

/**
 * What a runtime can do to its nodes on one machine. `signals`: kill, stop and pause a node's processes. `links`:
 * shape the traffic between nodes. `packets`: lose single packets of it. `volumes`: nodes whose data lies in a volume
 * of limited size. `limits`: give a node less processor time or memory.
 */
export const ABILITIES = ['signals', 'links', 'packets', 'volumes', 'limits'] as const;
export type Ability = (typeof ABILITIES)[number];

/** How a kind of chaos is planned, done, seen and undone, in terms of runtime primitives. */
export interface Fault<Plan extends FaultPlan = FaultPlan> {
  readonly type: string;
  /** Where one of these is missing, the worker does not offer the fault, and says why. */
  readonly needs: readonly Ability[];
  /** Pure: same input, same plan. @throws OrdealError BAD_INPUT when the target selects no node. */
  plan(input: PlanInput): Plan;
  /** Makes the fault act. Idempotent. */
  apply(plan: Plan, site: FaultSite): Promise<void>;
  /** One look, by a probe and never by asking the injector: does the fault bite? */
  active(plan: Plan, site: FaultSite, signal: AbortSignal): Promise<Finding>;
  /** Takes the fault away from the plan alone. Idempotent; safe if apply never ran, ran half, or the target is gone. */
  undo(plan: Plan, site: FaultSite): Promise<void>;
  /** One look, by a probe: is the fault gone? */
  gone(plan: Plan, site: FaultSite, signal: AbortSignal): Promise<Finding>;
}

export interface PlanInput {
  readonly injection: string;
  /** Validated, defaults filled in. */
  readonly params: JsonObject;
  /** `any`, a role or an alias of one already resolved to a role, or a node's name. */
  readonly target: string;
  readonly topology: Topology;
  /** The nodes with the roles that they have now. */
  readonly nodes: readonly NodeView[];
  readonly random: Random;
}

/** Plain, versioned data: goes to the ledger and the guard's journal before anything acts, and undo needs nothing else. */
export interface FaultPlan {
  readonly version: 1;
  readonly type: string;
  readonly injection: string;
  readonly targets: readonly NodeView[];
  readonly params: JsonObject;
}

export interface FaultSite {
  readonly instance: Instance;
  readonly probe: SubjectProbe;
}

export interface Finding {
  readonly holds: boolean;
  /**
   * What was seen, with figures: stored beside the injection. `ended_by` says what ended the fault before its undo,
   * where a look can tell: `restart`, `operator`, `itself`.
   */
  readonly evidence: JsonObject;
}
