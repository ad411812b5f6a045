import { type DiskPressureParams, diskPressureParams } from '@ordeal/catalogue';
import type { Fault, FaultPlan, FaultSite, Finding, NodeView, Topology, VolumeLook } from '@ordeal/core';
import { chooseTarget } from './choose-target.ts';

export interface DiskPressurePlan extends FaultPlan {
  readonly type: 'disk_pressure';
  readonly params: DiskPressureParams;
  readonly targets: readonly [NodeView];
}

/** Fills the volume that one node keeps its data in, and keeps it full, also for the node's next lives. */
export const diskPressure: Fault<DiskPressurePlan> = {
  type: 'disk_pressure',
  needs: ['volumes'],

  plan(input) {
    const nodes = input.nodes.filter(({ name }) => keepsData(input.topology, name));
    return {
      version: 1,
      type: 'disk_pressure',
      injection: input.injection,
      targets: [chooseTarget({ ...input, nodes })],
      params: diskPressureParams.parse(input.params),
    };
  },

  async apply({ injection, params, targets: [target] }, { instance }) {
    await instance.fill(injection, target.name, params.fill_percent);
  },

  async active({ injection, params, targets: [target] }, site, signal) {
    const { look, evidence } = await lookAt(target, injection, site, signal);
    const isFilled = look.usedBytes * 100 >= look.sizeBytes * params.fill_percent;
    const isOurs = Object.hasOwn(look.filledBytes, injection);
    return { holds: isOurs && isFilled && (params.fill_percent < 100 || look.isFull), evidence };
  },

  async undo({ injection, targets: [target] }, { instance }) {
    await instance.free(injection, target.name);
  },

  async gone({ injection, targets: [target] }, site, signal) {
    const { look, evidence } = await lookAt(target, injection, site, signal);
    // What the node itself has written since may fill the volume as far as we did.
    return { holds: !Object.hasOwn(look.filledBytes, injection) && !look.isFull, evidence };
  },
};

function keepsData({ nodes }: Topology, node: string): boolean {
  return nodes.some(({ name, volume }) => name === node && volume !== undefined);
}

async function lookAt(
  { name }: NodeView,
  injection: string,
  { instance }: FaultSite,
  signal: AbortSignal,
): Promise<{ look: VolumeLook; evidence: Finding['evidence'] }> {
  const look = await instance.lookAtVolume(name);
  // A look that was called off has seen nothing.
  signal.throwIfAborted();
  const { sizeBytes, usedBytes, isFull, filledBytes } = look;
  const percent = Math.round((usedBytes / sizeBytes) * 1_000) / 10;
  return {
    look,
    evidence: {
      node: name,
      percent,
      size_bytes: sizeBytes,
      used_bytes: usedBytes,
      filled_bytes: filledBytes[injection] ?? 0,
      refuses_writes: isFull,
    },
  };
}
