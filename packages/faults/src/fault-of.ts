import type { Fault, RuntimeName } from '@ordeal/core';
import { nothing } from '../../../bench/empty/fault.ts';
import { latency } from './latency.ts';
import { networkPartition } from './network-partition.ts';
import { nodeKill } from './node-kill.ts';

const FAULTS: readonly Fault[] = [nodeKill, latency, networkPartition, nothing];

/** What each runtime's primitives carry, for a worker's capabilities. */
export const implementedFaults: Readonly<Record<RuntimeName, readonly string[]>> = {
  process: FAULTS.map(({ type }) => type),
  docker: [],
};

/** The implementation of a fault type; undefined when it is only in the catalogue. */
export function faultOf(type: string): Fault | undefined {
  return FAULTS.find((fault) => fault.type === type);
}
