import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';

export const asymmetricPartitionParams = z.strictObject({
  direction: z.enum(['out', 'in']).default('out').meta({
    title: 'Direction',
    description:
      'Seen from the target. out: what it sends is lost, and it still hears. in: what comes to it is lost, and it is heard.',
  }),
});

export type AsymmetricPartitionParams = z.infer<typeof asymmetricPartitionParams>;

export const asymmetricPartition: FaultEntry = {
  type: 'asymmetric_partition',
  title: 'Cut one direction between a node and its peers',
  kind: 'condition',
  params: asymmetricPartitionParams,
};
