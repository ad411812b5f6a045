import { defineSubject } from 'ordeal/config';

/** Nothing to start and nothing to break: what a trial on it takes is what Ordeal takes. */
export const empty = defineSubject({
  name: 'empty',
  title: 'Nothing, for benchmarks',
  goals: ['whole'],
  topology: { nodes: [], links: [] },
  startBudgetMs: 1_000,
  faults: { nothing: { horizonSeconds: 0 } },
  // Never called: there are no nodes.
  prepareProcess: async () => ({ command: 'true', args: [], env: {}, privileges: 'kept' }),
  observe: () => ({
    whole: async () => ({ whole: true, detail: 'nothing can be missing' }),
    roles: async () => ({}),
    capture: async () => ({}),
    ping: async () => 0,
    close: async () => {},
  }),
});
