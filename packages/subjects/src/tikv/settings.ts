/** Held back by each store: with no more than this left it rejects normal writes, with half of it nearly all. */
const RESERVED_MIB = 256;
/** TiKV holds back this share of a volume at least, whatever its settings say. */
const RESERVED_SHARE = 0.05;

/**
 * `tikv.toml`. The default reserve, 5 GB, would make our volume full from the start. The default cache is 45 % of the
 * machine's memory for each store, and here three of each trial share one machine.
 */
export const STORE_SETTINGS = `\
[storage]
reserve-space = "${RESERVED_MIB}MiB"

[storage.block-cache]
capacity = "128MiB"
`;

/** What a store of this volume holds back, in bytes. */
export function reservedBytes(capacityBytes: number): number {
  return Math.max(RESERVED_MIB * 2 ** 20, capacityBytes * RESERVED_SHARE);
}
