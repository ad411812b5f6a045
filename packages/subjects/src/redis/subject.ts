import type { Subject } from '@ordeal/core';
import { prepareContainer } from './prepare-container.ts';
import { openProbe } from './probe.ts';
import { topology } from './topology.ts';

/** Redis: a primary and two replicas, and three sentinels that put a replica in the place of a primary that is gone. */
export const redis: Subject = {
  name: 'redis',
  goals: ['serving', 'whole'],
  topology,
  slo: {
    // 20 operations of each kind at the client's rate: enough for a ratio, short enough to see a crash at once.
    windowMs: 2_000,
    // More than 2 of 20 must fail: a lost connection costs the operations that it carried, and any client lives with
    // one or two; a primary that is away fails all of them.
    minSuccessRatio: 0.9,
    // The client gives up after a second, as an impatient caller does; a healthy answer takes a millisecond.
    maxLatencyMs: 1_000,
  },
  // About two seconds on an idle machine; the rest is for ten instances that start at once on two cores.
  startBudgetMs: 30_000,
  prepareContainer,
  observe: openProbe,
};
