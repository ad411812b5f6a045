import type { Subject } from '@ordeal/core';
import { prepareContainer } from './prepare-container.ts';
import { openProbe } from './probe.ts';
import { topology } from './topology.ts';

/** etcd: three members, one of which leads; a majority must have each write. */
export const etcd: Subject = {
  name: 'etcd',
  goals: ['serving', 'whole'],
  topology,
  slo: {
    // 20 operations of each kind at the client's rate: enough for a ratio, short enough to see an election at once.
    windowMs: 2_000,
    // More than 2 of 20 must fail: a dropped connection costs the operations that it carried, and any client lives
    // with one or two.
    minSuccessRatio: 0.9,
    // The client gives up after a second, as an impatient caller does; a healthy write takes some milliseconds.
    maxLatencyMs: 1_000,
  },
  // Some seconds on an idle machine; the rest is for ten instances that start at once on two cores.
  startBudgetMs: 60_000,
  prepareContainer,
  observe: openProbe,
};
