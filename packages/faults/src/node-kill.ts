import { type NodeKillParams, nodeKillParams } from '@ordeal/catalogue';
import type { Fault, FaultPlan, NodeView } from '@ordeal/core';
import { chooseLiveTarget } from './choose-target.ts';
import { findRunning, nodeFinding } from './node-findings.ts';

export interface NodeKillPlan extends FaultPlan {
  readonly type: 'node_kill';
  readonly params: NodeKillParams;
  /** The one target, with the incarnation that is to die. */
  readonly targets: readonly [NodeView & { readonly incarnation: string }];
}

/** Kills every process of one node: once (`crash`), or until undo (`stop`). */
export const nodeKill: Fault<NodeKillPlan> = {
  type: 'node_kill',
  needs: ['signals'],

  plan(input) {
    return {
      version: 1,
      type: 'node_kill',
      injection: input.injection,
      targets: [chooseLiveTarget(input)],
      params: nodeKillParams.parse(input.params),
    };
  },

  async apply({ injection, params, targets: [target] }, { instance }) {
    if (params.mode === 'stop') await instance.hold(injection, target.name);
    else await instance.crash(target.name, target.incarnation);
  },

  async active({ params, targets: [target] }, { instance }) {
    const look = await instance.look(target.name);
    const isDown = look.incarnation === null && look.members === 0;
    // The supervisor starts nothing before the last process of the old life is gone.
    const livesAnew = look.incarnation !== null && look.incarnation !== target.incarnation;
    return nodeFinding(isDown || (params.mode === 'crash' && livesAnew), target.name, look);
  },

  async undo({ injection, params, targets: [target] }, { instance }) {
    if (params.mode === 'stop') await instance.release(injection, target.name);
    else await instance.startNode(target.name);
  },

  gone: ({ targets: [target] }, site, signal) => findRunning(site, target.name, signal),
};
