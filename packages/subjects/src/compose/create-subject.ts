import type { Subject } from '@ordeal/core';
import { prepareContainer } from './prepare-container.ts';
import { openProbe } from './probe.ts';
import type { ComposeSystem } from './system.ts';
import { topologyOf } from './topology.ts';

/** A subject whose nodes are the services of a compose file. It runs on docker alone. */
export function createComposeSubject(system: ComposeSystem): Subject {
  const { name, file, load, startBudgetMs } = system;
  return {
    name,
    goals: load === undefined ? ['whole'] : ['serving', 'whole'],
    topology: topologyOf(system),
    ...(load === undefined ? {} : { slo: load.slo }),
    startBudgetMs,
    compose: file,
    prepareContainer: (site) => prepareContainer(system, site),
    observe: (observer) => openProbe(system, observer),
  };
}
