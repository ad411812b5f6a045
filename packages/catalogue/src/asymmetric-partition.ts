import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';

export const asymmetricPartitionParams = z.strictObject({
  /** Seen from the target: `out` loses what it sends while it still hears, `in` what comes to it while it is heard. */
  direction: z.enum(['out', 'in']).default('out'),
});

export type AsymmetricPartitionParams = z.infer<typeof asymmetricPartitionParams>;

export const asymmetricPartition: FaultEntry = {
  type: 'asymmetric_partition',
  title: 'Cut one direction between a node and its peers',
  kind: 'condition',
  params: asymmetricPartitionParams,
};
