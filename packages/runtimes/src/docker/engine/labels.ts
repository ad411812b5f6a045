import type { InstanceLabel } from '@ordeal/core';

const INSTANCE = 'ordeal.instance';

/** What everything that is made for an instance bears: enough to find it, and to tell people what it is. */
export function labelsOf(label: InstanceLabel, place: string, node?: string): Record<string, string> {
  return {
    [INSTANCE]: label.instance,
    'ordeal.trial': label.trial,
    'ordeal.execution': String(label.execution),
    'ordeal.place': place,
    ...(node === undefined ? {} : { 'ordeal.node': node }),
  };
}

/** Finds what bears the instance's label. */
export function instanceFilter(instance: string): { label: string[] } {
  return { label: [`${INSTANCE}=${instance}`] };
}
