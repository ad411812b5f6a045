import type { Catalogue } from '@ordeal/core';
import { nothingEntry } from '../../../bench/empty/fault.ts';
import { emptyEntry } from '../../../bench/empty/subject.ts';
import { diskPressure } from './disk-pressure.ts';
import { latency } from './latency.ts';
import { networkPartition } from './network-partition.ts';
import { nodeKill } from './node-kill.ts';
import { postgres } from './postgres.ts';
import { tikv } from './tikv.ts';

/**
 * What Ordeal knows without any configuration, whether or not a worker here can run it: a campaign that no live
 * worker can run is valid, and waits.
 */
export const builtInCatalogue: Catalogue = {
  subjects: { postgres, tikv, empty: emptyEntry },
  faults: {
    node_kill: nodeKill,
    latency,
    disk_pressure: diskPressure,
    network_partition: networkPartition,
    nothing: nothingEntry,
  },
};
