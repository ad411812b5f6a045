import type { Catalogue } from '@ordeal/core';
import { asymmetricPartition } from './asymmetric-partition.ts';
import { bandwidth } from './bandwidth.ts';
import { cpuPressure } from './cpu-pressure.ts';
import { diskPressure } from './disk-pressure.ts';
import { etcd } from './etcd.ts';
import { latency } from './latency.ts';
import { memoryPressure } from './memory-pressure.ts';
import { networkPartition } from './network-partition.ts';
import { nodeKill } from './node-kill.ts';
import { packetLoss } from './packet-loss.ts';
import { postgres } from './postgres.ts';
import { processPause } from './process-pause.ts';
import { redis } from './redis.ts';
import { tikv } from './tikv.ts';

/**
 * What Ordeal knows without any configuration, whether or not a worker here can run it: a campaign that no live
 * worker can run is valid, and waits.
 */
export const builtInCatalogue: Catalogue = {
  subjects: { postgres, etcd, redis, tikv },
  faults: {
    node_kill: nodeKill,
    process_pause: processPause,
    latency,
    bandwidth,
    packet_loss: packetLoss,
    network_partition: networkPartition,
    asymmetric_partition: asymmetricPartition,
    disk_pressure: diskPressure,
    cpu_pressure: cpuPressure,
    memory_pressure: memoryPressure,
  },
};
