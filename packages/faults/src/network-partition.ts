import { networkPartitionParams } from '@ordeal/catalogue';
import { linkCut } from './link-cut.ts';

/** Cuts one node off from some or all of its peers, and from the clients if asked to. */
export const networkPartition = linkCut('network_partition', (written) => {
  const params = networkPartitionParams.parse(written);
  return { params, cut: params };
});
