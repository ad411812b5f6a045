import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';

export const networkPartitionParams = z.strictObject({
  peers: z.enum(['all', 'majority', 'minority', 'one']).default('all').meta({
    title: 'Peers',
    description: 'From how many of the other nodes the target is cut off.',
  }),
  direction: z.enum(['both', 'in', 'out']).default('both').meta({
    title: 'Direction',
    description: 'Seen from the target. in: what comes to it is held back. out: what it sends.',
  }),
  clients: z.boolean().default(false).meta({
    title: 'Clients',
    description: "Whether the client's own link to the target is cut as well.",
  }),
});

export type NetworkPartitionParams = z.infer<typeof networkPartitionParams>;

export const networkPartition: FaultEntry = {
  type: 'network_partition',
  title: 'Cut a node off from its peers',
  kind: 'condition',
  params: networkPartitionParams,
};
