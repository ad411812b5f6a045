import { type CpuPressureParams, cpuPressureParams } from '@ordeal/catalogue';
import type { Fault, FaultPlan, NodeView } from '@ordeal/core';
import { chooseTarget } from './choose-target.ts';
import { lookAtLimits } from './limits-findings.ts';

export interface CpuPressurePlan extends FaultPlan {
  readonly type: 'cpu_pressure';
  readonly params: CpuPressureParams;
  readonly targets: readonly [NodeView];
}

/** Leaves one node a share of one core, in this life and the next ones. */
export const cpuPressure: Fault<CpuPressurePlan> = {
  type: 'cpu_pressure',
  needs: ['limits'],

  plan(input) {
    return {
      version: 1,
      type: 'cpu_pressure',
      injection: input.injection,
      targets: [chooseTarget(input)],
      params: cpuPressureParams.parse(input.params),
    };
  },

  async apply({ injection, params, targets: [target] }, { instance }) {
    await instance.squeeze(injection, target.name, { cpuShare: shareLeft(params) });
  },

  /** An idle node is never throttled: that it is limited while it runs is all that can be seen of every node. */
  async active({ params, targets: [target] }, site, signal) {
    const { isRunning, look, evidence } = await lookAtLimits(site, target.name, signal);
    return { holds: isRunning && look.cpuShare !== null && look.cpuShare <= shareLeft(params), evidence };
  },

  async undo({ injection, targets: [target] }, { instance }) {
    await instance.relax(injection, target.name);
  },

  async gone({ targets: [target] }, site, signal) {
    const { look, evidence } = await lookAtLimits(site, target.name, signal);
    return { holds: look.cpuShare === null, evidence };
  },
};

function shareLeft({ percent }: CpuPressureParams): number {
  return (100 - percent) / 100;
}
