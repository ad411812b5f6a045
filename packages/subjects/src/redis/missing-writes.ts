import { z } from 'zod';
import { batchesOf } from '../batches.ts';
import { loadKey } from '../load-client/load-key.ts';
import type { NodeConnection } from './node-connection.ts';

const BATCH = 1_000;
const values = z.array(z.string().nullable());

/** Which of the client's numbers the primary does not have. @throws when it does not answer, or refuses. */
export async function missingWrites(
  primary: NodeConnection,
  acks: readonly number[],
  signal: AbortSignal,
): Promise<number[]> {
  const missing: number[] = [];
  for (const batch of batchesOf(acks, BATCH)) {
    const [reply] = await primary.ask([['MGET', ...batch.map(loadKey)]], signal);
    if (reply instanceof Error) throw reply;
    const kept = values.parse(reply);
    missing.push(...batch.filter((_ack, index) => kept[index] === null));
  }
  return missing;
}
