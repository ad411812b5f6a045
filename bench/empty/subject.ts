import type { Subject, SubjectEntry } from '@ordeal/core';

/** Nothing to start and nothing to break: what a trial on it takes is what Ordeal takes. */
export const empty: Subject = {
  name: 'empty',
  goals: ['whole'],
  topology: { nodes: [], links: [] },
  startBudgetMs: 1_000,
  // Never called: there are no nodes.
  prepareProcess: async () => ({ command: 'true', args: [], env: {}, privileges: 'kept' }),
  observe: () => ({
    whole: async () => ({ whole: true, detail: 'nothing can be missing' }),
    roles: async () => ({}),
    capture: async () => ({}),
    ping: async () => 0,
    close: async () => {},
  }),
};

export const emptyEntry: SubjectEntry = {
  name: 'empty',
  title: 'Nothing, for benchmarks',
  runtimes: ['process'],
  goals: ['whole'],
  roles: [],
  aliases: {},
  nodes: [],
  faults: { nothing: { runtimes: ['process'], horizonSeconds: 0 } },
};
