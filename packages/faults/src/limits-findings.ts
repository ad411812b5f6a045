import type { FaultSite, Finding, LimitsLook } from '@ordeal/core';

/** One look at what limits a node, and what of it is worth keeping. */
export async function lookAtLimits(
  { instance }: FaultSite,
  node: string,
  signal: AbortSignal,
): Promise<{ isRunning: boolean; look: LimitsLook; evidence: Finding['evidence'] }> {
  const [{ incarnation }, look] = await Promise.all([instance.look(node), instance.lookAtLimits(node)]);
  // A look that was called off has seen nothing.
  signal.throwIfAborted();
  return {
    isRunning: incarnation !== null,
    look,
    evidence: {
      node,
      incarnation,
      cpu_share: look.cpuShare,
      throttled_periods: look.throttledPeriods,
      memory_limit_bytes: look.memoryLimitBytes,
      memory_used_bytes: look.memoryUsedBytes,
    },
  };
}
