import { resolveTarget } from '@ordeal/catalogue';
import {
  createRandom,
  type FaultPlan,
  type NodeView,
  OrdealError,
  type Repertoire,
  type Topology,
} from '@ordeal/core';
import type { Campaign, ExecutionRef, Trial } from '@ordeal/store';

/**
 * Draws the trial's fault against the instance as it is now. The seed leaves out execution and arm, so that every
 * repeat and every arm meets the same draw.
 * @throws OrdealError UNSUPPORTED, BAD_INPUT when the fault or target is unknown here.
 */
export function planFault(input: {
  repertoire: Repertoire;
  campaign: Pick<Campaign, 'seed'>;
  trial: Pick<Trial, 'subject' | 'chaosType' | 'chaosParams' | 'target' | 'cell' | 'arm' | 'trialIndex'>;
  ref: ExecutionRef;
  nodes: readonly NodeView[];
  topology: Topology;
}): FaultPlan {
  const { repertoire, trial, ref, nodes, topology } = input;
  const fault = repertoire.faultOf(trial.chaosType);
  const subject = repertoire.catalogue.subjects[trial.subject];
  if (fault === undefined || subject === undefined) {
    throw new OrdealError('UNSUPPORTED', `cannot plan ${trial.chaosType} on ${trial.subject}`);
  }
  const target = resolveTarget(subject, trial.target);
  if (target === undefined) throw new OrdealError('BAD_INPUT', `no such target: ${trial.target}`);
  const cellWithoutArm = trial.cell.split('@')[0] ?? trial.cell;
  return fault.plan({
    injection: `t${ref.trialId}-e${ref.execution}`,
    params: trial.chaosParams,
    target: target.kind === 'any' ? 'any' : target.kind === 'role' ? target.role : target.name,
    topology,
    nodes,
    random: createRandom(input.campaign.seed, cellWithoutArm, trial.trialIndex),
  });
}
