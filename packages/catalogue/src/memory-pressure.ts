import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';
import { integerBetween } from './integer-between.ts';

export const memoryPressureParams = z.strictObject({
  percent: integerBetween(1, 99).default(80).meta({
    title: 'Use, in percent',
    description:
      "How full the node's memory becomes by the limit: at 80 it may have a quarter more than it uses when the limit is set, and no swap. Above it, the kernel kills.",
  }),
});

export type MemoryPressureParams = z.infer<typeof memoryPressureParams>;

export const memoryPressure: FaultEntry = {
  type: 'memory_pressure',
  title: "Limit a node's memory to little more than it uses",
  kind: 'condition',
  params: memoryPressureParams,
  impossibleOn: { process: 'processes have no limits of their own here' },
};
