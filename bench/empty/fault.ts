import { defineFault, type Finding, z } from 'ordeal/config';

const SEEN: Finding = { holds: true, evidence: {} };

/**
 * A fault that does nothing, and is seen to bite and to be gone at the first look. A condition, like most faults: the
 * whole protocol, with the look at its end whether it is still on.
 */
export const nothing = defineFault({
  type: 'nothing',
  title: 'Nothing, for benchmarks',
  kind: 'condition',
  params: z.strictObject({}),
  needs: [],
  plan: ({ injection, params }) => ({ version: 1, type: 'nothing', injection, targets: [], params }),
  apply: async () => {},
  active: async () => SEEN,
  undo: async () => {},
  gone: async () => SEEN,
});
