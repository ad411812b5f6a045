import type { InstanceLabel } from '@ordeal/core';

export const INSTANCE_LABEL = 'ordeal.instance';
/** Where the guard is that made it. */
export const PLACE_LABEL = 'ordeal.place';

/** What everything that is made for an instance bears: enough to find it, and to tell people what it is. */
export function labelsOf(label: InstanceLabel, place: string, node?: string): Record<string, string> {
  return {
    [INSTANCE_LABEL]: label.instance,
    'ordeal.trial': label.trial,
    'ordeal.execution': String(label.execution),
    [PLACE_LABEL]: place,
    ...(node === undefined ? {} : { 'ordeal.node': node }),
  };
}

/** Finds what bears the instance's label. */
export function instanceFilter(instance: string): { label: string[] } {
  return { label: [`${INSTANCE_LABEL}=${instance}`] };
}
