export { builtInCatalogue } from './built-in-catalogue.ts';
export { type DiskPressureParams, diskPressureParams } from './disk-pressure.ts';
export { faultKind } from './fault-kind.ts';
export { integerBetween } from './integer-between.ts';
export { type LatencyParams, latencyParams } from './latency.ts';
export { type NetworkPartitionParams, networkPartitionParams } from './network-partition.ts';
export { type NodeKillParams, nodeKillParams } from './node-kill.ts';
export { paramsJsonSchema } from './params-json-schema.ts';
export { ANY_TARGET, resolveTarget, type Target, targetWord, targetWords } from './target.ts';
