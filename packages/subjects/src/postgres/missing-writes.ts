import { z } from 'zod';
import { batchesOf } from '../batches.ts';
import type { NodeConnection } from './node-connection.ts';

/** Far below what a connection's statement may take, on a busy machine too. */
const BATCH = 5_000;
/** A `bigint` comes as a text. */
const rows = z.array(z.object({ ack: z.coerce.number() }));
const MISSING = `
  select ack from unnest($1::bigint[]) as ack
   where not exists (select from load_number where number = ack)`;

/** Which of the client's numbers the primary does not have. @throws when it does not answer. */
export async function missingWrites(
  primary: NodeConnection,
  acks: readonly number[],
  signal: AbortSignal,
): Promise<number[]> {
  const missing: number[] = [];
  for (const batch of batchesOf(acks, BATCH)) {
    const found = rows.parse(await primary.query(MISSING, [batch], signal));
    missing.push(...found.map(({ ack }) => ack));
  }
  return missing;
}
