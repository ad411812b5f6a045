import { type MemoryPressureParams, memoryPressureParams } from '@ordeal/catalogue';
import { type Fault, type FaultPlan, type NodeView, OrdealError } from '@ordeal/core';
import { chooseLiveTarget } from './choose-target.ts';
import { lookAtLimits } from './limits-findings.ts';

export interface MemoryPressurePlan extends FaultPlan {
  readonly type: 'memory_pressure';
  readonly params: MemoryPressureParams;
  readonly targets: readonly [NodeView];
}

/**
 * Limits one node's memory so that what it uses at that moment is so many percent of it. The limit stays for its next
 * lives, which may use less or more.
 */
export const memoryPressure: Fault<MemoryPressurePlan> = {
  type: 'memory_pressure',
  needs: ['limits'],

  plan(input) {
    return {
      version: 1,
      type: 'memory_pressure',
      injection: input.injection,
      targets: [chooseLiveTarget(input)],
      params: memoryPressureParams.parse(input.params),
    };
  },

  async apply({ injection, params, targets: [target] }, { instance }) {
    const { memoryUsedBytes } = await instance.lookAtLimits(target.name);
    if (memoryUsedBytes === 0) {
      throw new OrdealError('TARGET_FAILED', `${target.name} is down: it uses no memory to be limited by`);
    }
    await instance.squeeze(injection, target.name, { memoryBytes: (memoryUsedBytes * 100) / params.percent });
  },

  async active({ targets: [target] }, site, signal) {
    const { isRunning, look, evidence } = await lookAtLimits(site, target.name, signal);
    return { holds: isRunning && look.memoryLimitBytes !== null, evidence };
  },

  async undo({ injection, targets: [target] }, { instance }) {
    await instance.relax(injection, target.name);
  },

  async gone({ targets: [target] }, site, signal) {
    const { look, evidence } = await lookAtLimits(site, target.name, signal);
    return { holds: look.memoryLimitBytes === null, evidence };
  },
};
