import type { Fault, FaultEntry, Finding } from '@ordeal/core';
import { z } from 'zod';

/** A fault that does nothing, and is seen to bite and to be gone at the first look. */
export const nothing: Fault = {
  type: 'nothing',
  needs: [],
  plan: ({ injection, params }) => ({ version: 1, type: 'nothing', injection, targets: [], params }),
  apply: async () => {},
  active: async () => SEEN,
  undo: async () => {},
  gone: async () => SEEN,
};

const SEEN: Finding = { holds: true, evidence: {} };

export const nothingEntry: FaultEntry = {
  type: 'nothing',
  title: 'Nothing, for benchmarks',
  // A condition, like most faults: the whole protocol, with the look at its end whether the fault is still on.
  kind: 'condition',
  params: z.strictObject({}),
};
