import { type NodeKillParams, nodeKillParams } from '@ordeal/catalogue';
import {
  type Fault,
  type FaultPlan,
  type FaultSite,
  type Finding,
  type JsonObject,
  type NodeLook,
  type NodeView,
  OrdealError,
} from '@ordeal/core';
import { chooseTarget } from './choose-target.ts';
import { pingDirect } from './link-pings.ts';

const PING_TIMEOUT_MS = 2_000;

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
    const target = chooseTarget(input);
    const { incarnation } = target;
    if (incarnation === null) {
      // Its death would be seen at once, and prove nothing.
      throw new OrdealError('TARGET_FAILED', `${target.name} is down already: there is nothing to kill`);
    }
    return {
      version: 1,
      type: 'node_kill',
      injection: input.injection,
      targets: [{ ...target, incarnation }],
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
    return finding(isDown || (params.mode === 'crash' && livesAnew), target.name, look);
  },

  async undo({ injection, params, targets: [target] }, { instance }) {
    if (params.mode === 'stop') await instance.release(injection, target.name);
    else await instance.startNode(target.name);
  },

  async gone({ targets: [target] }, site, signal) {
    const look = await site.instance.look(target.name);
    if (look.incarnation === null) return finding(false, target.name, look);
    if (!answersPings(site, target.name)) return finding(true, target.name, look);
    const ping = await pingDirect(site, target.name, PING_TIMEOUT_MS, signal);
    return finding(ping.kind === 'answered', target.name, look, { ping });
  },
};

/** A client listens to nobody: that it runs is all there is to see. */
function answersPings({ instance }: FaultSite, node: string): boolean {
  return instance.topology.nodes.some(({ name, ports }) => name === node && ports.length > 0);
}

function finding(holds: boolean, node: string, look: NodeLook, more: JsonObject = {}): Finding {
  return { holds, evidence: { node, incarnation: look.incarnation, members: look.members, ...more } };
}
