import type { Subject } from '@ordeal/core';
import { prepareContainer } from './prepare-container.ts';
import { prepareProcess } from './prepare-process.ts';
import { openProbe } from './probe.ts';
import { topology } from './topology.ts';

/** PostgreSQL: a primary and two streaming standbys, one of which must confirm every commit. */
export const postgres: Subject = {
  name: 'postgres',
  goals: ['serving', 'whole'],
  topology,
  slo: {
    // 20 operations of each kind at the client's rate: enough for a ratio, short enough to see a crash at once.
    windowMs: 2_000,
    // More than 2 of 20 must fail: a dropped connection costs the operations that it carried, and any client
    // lives with one or two; a primary that is away fails all of them, and breaks this in 0.3 s.
    minSuccessRatio: 0.9,
    // The client gives up after a second, as an impatient caller does; a healthy commit takes some milliseconds,
    // and under 150 ms of added round-trip time less than half a second, reconnecting included.
    maxLatencyMs: 1_000,
  },
  // About two seconds on an idle machine; the rest is for ten instances that start at once on two cores, the
  // first of which also makes the seed.
  startBudgetMs: 30_000,
  prepareProcess,
  prepareContainer,
  observe: openProbe,
};
