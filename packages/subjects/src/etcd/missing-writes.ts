import type { Address } from '@ordeal/core';
import { LOAD_PREFIX } from '../load-client/load-key.ts';
import { keysWithPrefix } from './member-api.ts';

/**
 * Which of the client's numbers are not there, by linearizable reads of all the keys of the load.
 * @throws when the member does not answer
 */
export async function missingWrites(
  member: Address,
  acks: readonly number[],
  signal: AbortSignal,
): Promise<number[]> {
  const missing = new Set(acks);
  for await (const key of keysWithPrefix(member, LOAD_PREFIX, signal)) {
    missing.delete(Number(key.slice(LOAD_PREFIX.length)));
  }
  return [...missing];
}
