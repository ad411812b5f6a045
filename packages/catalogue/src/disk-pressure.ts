import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';
import { integerBetween } from './integer-between.ts';

export const diskPressureParams = z.strictObject({
  fill_percent: integerBetween(1, 100).default(80).meta({
    title: 'Fill, in percent',
    description:
      "How full the volume of the node's data is made. Too low: nothing notices. At 100: the next write fails.",
  }),
});

export type DiskPressureParams = z.infer<typeof diskPressureParams>;

export const diskPressure: FaultEntry = {
  type: 'disk_pressure',
  title: "Fill the volume that holds a node's data",
  kind: 'condition',
  params: diskPressureParams,
};
