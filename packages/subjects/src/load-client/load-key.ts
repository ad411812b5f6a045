export const LOAD_PREFIX = 'load/';

/** Where a store of keys keeps a write of the load: no write overwrites another, so that each can be missed. */
export function loadKey(number: number): string {
  return `${LOAD_PREFIX}${number}`;
}
