import type { ImageName } from '@ordeal/core';

/** Node, iproute2 and iptables: runs the namespace agent of a node, and the programs of subjects. Built where it is needed. */
export const HELPER_IMAGE: ImageName = { name: 'helper', published: 'ordeal/helper:1' };
