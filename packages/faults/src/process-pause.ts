import { processPauseParams } from '@ordeal/catalogue';
import type { Fault, FaultPlan, NodeView } from '@ordeal/core';
import { chooseLiveTarget } from './choose-target.ts';
import { ping, routeTo, SILENCE_MS } from './link-pings.ts';
import { answersPings, findRunning, nodeFinding } from './node-findings.ts';

export interface ProcessPausePlan extends FaultPlan {
  readonly type: 'process_pause';
  /** The one target, with the incarnation that is to stand still. */
  readonly targets: readonly [NodeView & { readonly incarnation: string }];
}

/**
 * Stops every process of one node where it stands, until undo. It hits one life: a paused node that is killed comes
 * back unpaused, and the fault has ended by itself.
 */
export const processPause: Fault<ProcessPausePlan> = {
  type: 'process_pause',
  needs: ['signals'],

  plan(input) {
    return {
      version: 1,
      type: 'process_pause',
      injection: input.injection,
      targets: [chooseLiveTarget(input)],
      params: processPauseParams.parse(input.params),
    };
  },

  async apply({ injection, targets: [target] }, { instance }) {
    await instance.pause(injection, target.name, target.incarnation);
  },

  async active({ targets: [target] }, site, signal) {
    const look = await site.instance.look(target.name);
    if (look.incarnation !== null && look.incarnation !== target.incarnation) {
      return nodeFinding(false, target.name, look, { ended_by: 'restart' });
    }
    // Every one: with its postmaster alone stopped, the sessions of a Postgres would write on.
    const isStopped = look.incarnation === target.incarnation && look.stopped === look.members;
    if (!isStopped || !answersPings(site, target.name)) return nodeFinding(isStopped, target.name, look);
    const answer = await ping(site, routeTo(site, target.name), SILENCE_MS, signal);
    return nodeFinding(answer.kind === 'silent', target.name, look, { ping: answer });
  },

  async undo({ injection, targets: [target] }, { instance }) {
    await instance.resume(injection, target.name);
  },

  gone: ({ targets: [target] }, site, signal) => findRunning(site, target.name, signal),
};
