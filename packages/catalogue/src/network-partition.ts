import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';

export const networkPartitionParams = z.strictObject({
  /** From how many of the other nodes the target is cut off. */
  peers: z.enum(['all', 'majority', 'minority', 'one']).default('all'),
  /** Seen from the target: `in` drops what comes to it, `out` what it sends. */
  direction: z.enum(['both', 'in', 'out']).default('both'),
  /** Whether the client's own link to the target is cut as well. */
  clients: z.boolean().default(false),
});

export type NetworkPartitionParams = z.infer<typeof networkPartitionParams>;

export const networkPartition: FaultEntry = {
  type: 'network_partition',
  title: 'Cut a node off from its peers',
  kind: 'condition',
  params: networkPartitionParams,
};
