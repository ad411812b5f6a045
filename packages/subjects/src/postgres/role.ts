import { z } from 'zod';
import type { NodeConnection } from './node-connection.ts';

const rows = z.tuple([z.object({ standby: z.boolean() })]);

/** The role that the server has now, whatever it was started as. @throws when it does not answer. */
export async function roleOf(connection: NodeConnection, signal: AbortSignal): Promise<string> {
  const [{ standby }] = rows.parse(
    await connection.query('select pg_is_in_recovery() as standby', [], signal),
  );
  return roleName(standby);
}

export function roleName(standby: boolean): 'standby' | 'primary' {
  return standby ? 'standby' : 'primary';
}
