import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';
import { integerBetween } from './integer-between.ts';

export const cpuPressureParams = z.strictObject({
  percent: integerBetween(1, 99).default(80).meta({
    title: 'Taken, in percent',
    description:
      'How much of one core the node is denied: at 80 it may use 20 % of one core, however many the machine has. An idle node hardly notices.',
  }),
});

export type CpuPressureParams = z.infer<typeof cpuPressureParams>;

export const cpuPressure: FaultEntry = {
  type: 'cpu_pressure',
  title: "Take most of a node's processor time away",
  kind: 'condition',
  params: cpuPressureParams,
  impossibleOn: { process: 'processes have no limits of their own here' },
};
