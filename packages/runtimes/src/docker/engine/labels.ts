import type { InstanceLabel } from '@ordeal/core';

export const INSTANCE_LABEL = 'ordeal.instance';
/** The guard that made it. */
export const OWNER_LABEL = 'ordeal.owner';
export const TRIAL_LABEL = 'ordeal.trial';
export const EXECUTION_LABEL = 'ordeal.execution';
/** Where the guard is that made it. */
export const PLACE_LABEL = 'ordeal.place';

/** What everything that is made for an instance bears: enough to find it, and to tell people what it is. */
export function labelsOf(label: InstanceLabel, place: string, node?: string): Record<string, string> {
  return {
    [INSTANCE_LABEL]: label.instance,
    [OWNER_LABEL]: label.guard,
    [TRIAL_LABEL]: label.trial,
    [EXECUTION_LABEL]: String(label.execution),
    [PLACE_LABEL]: place,
    ...(node === undefined ? {} : { 'ordeal.node': node }),
  };
}

/** Finds what bears the instance's label. */
export function instanceFilter(instance: string): { label: string[] } {
  return { label: [`${INSTANCE_LABEL}=${instance}`] };
}
