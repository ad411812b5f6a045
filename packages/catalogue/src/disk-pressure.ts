import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';
import { integerBetween } from './integer-between.ts';

export const diskPressureParams = z.strictObject({
  /** How full the volume of the node's data is made, in percent. */
  fill_percent: integerBetween(1, 100).default(80),
});

export type DiskPressureParams = z.infer<typeof diskPressureParams>;

export const diskPressure: FaultEntry = {
  type: 'disk_pressure',
  title: "Fill the volume that holds a node's data",
  kind: 'condition',
  params: diskPressureParams,
};
