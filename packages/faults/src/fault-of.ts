import type { Fault } from '@ordeal/core';
import { asymmetricPartition } from './asymmetric-partition.ts';
import { bandwidth } from './bandwidth.ts';
import { cpuPressure } from './cpu-pressure.ts';
import { diskPressure } from './disk-pressure.ts';
import { latency } from './latency.ts';
import { memoryPressure } from './memory-pressure.ts';
import { networkPartition } from './network-partition.ts';
import { nodeKill } from './node-kill.ts';
import { packetLoss } from './packet-loss.ts';
import { processPause } from './process-pause.ts';

const FAULTS: readonly Fault[] = [
  nodeKill,
  processPause,
  latency,
  bandwidth,
  packetLoss,
  networkPartition,
  asymmetricPartition,
  diskPressure,
  cpuPressure,
  memoryPressure,
];

/** The implementation of a fault type; undefined when it is only in the catalogue. */
export function faultOf(type: string): Fault | undefined {
  return FAULTS.find((fault) => fault.type === type);
}
