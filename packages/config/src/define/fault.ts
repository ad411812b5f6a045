import type { Fault, FaultEntry, FaultPlan } from '@ordeal/core';
import type { Supports } from './supports.ts';

/** A fault, and what a campaign file may say of it. `params` must say everything about them that JSON Schema can. */
export interface FaultDefinition<Plan extends FaultPlan = FaultPlan> extends Fault<Plan>, FaultEntry {
  /** The built-in subjects that it is for; subjects of your own name it themselves. */
  readonly on?: Supports;
}

/** Names the type. @example defineFault({ type: 'client_cut', kind: 'condition', params: z.strictObject({}), ... }) */
export function defineFault<Plan extends FaultPlan>(fault: FaultDefinition<Plan>): FaultDefinition {
  return fault;
}
