import type { Subject } from '@ordeal/core';
import { prepareContainer } from './prepare-container.ts';
import { openProbe } from './probe.ts';
import { topology } from './topology.ts';

/**
 * TiKV: three stores and three placement drivers. It has no load, and so no goal `serving`: no client of TiKV is kept
 * for Node, and without real reads and writes there is nothing to say about serving.
 */
export const tikv: Subject = {
  name: 'tikv',
  goals: ['whole'],
  topology,
  // Not measured on the real images. The first store begins the cluster alone, and PD adds the replicas on the
  // others one after the other, as their heartbeats come in, every 10 s.
  startBudgetMs: 120_000,
  prepareContainer,
  observe: openProbe,
};
