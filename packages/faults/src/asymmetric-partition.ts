import { asymmetricPartitionParams } from '@ordeal/catalogue';
import { linkCut } from './link-cut.ts';

/** Cuts one direction between one node and all of its peers: a network partition that is asymmetric by default. */
export const asymmetricPartition = linkCut('asymmetric_partition', (written) => {
  const params = asymmetricPartitionParams.parse(written);
  return { params, cut: { ...params, peers: 'all', clients: false } };
});
