import { Socket } from 'node:net';
import type { Address } from '@ordeal/core';
import pg from 'pg';
import { untilAborted } from '../../until-aborted.ts';
import { DATABASE, LOAD_USER } from '../schema.ts';
import { cancelStatement } from './cancel-statement.ts';

/** What a cancelled statement may take to end before its connection is thrown away. */
const CANCEL_GRACE_MS = 500;

export interface LoadConnection {
  usable(): boolean;
  /** `released` is called once, when the connection is free again or dead: maybe later than the query fails. */
  query(text: string, values: readonly unknown[], signal: AbortSignal, released: () => void): Promise<void>;
  destroy(): void;
}

/** @throws when the connection is refused, or by the signal. `closed` is called once, whatever happens. */
export async function openConnection(
  address: Address,
  signal: AbortSignal,
  closed: () => void,
): Promise<LoadConnection> {
  // A socket of our own, so that a connection that hangs can be cut off at once and for sure.
  const socket = new Socket();
  socket.once('close', closed);
  const client = new pg.Client({
    ...address,
    user: LOAD_USER,
    database: DATABASE,
    ssl: false,
    stream: () => socket,
  });
  // A lost connection is reported by the operation that it carried; an idle one is found unusable.
  client.on('error', () => socket.destroy());
  const connecting = client.connect();
  try {
    await untilAborted(connecting, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return { usable: () => !socket.destroyed && socket.writable, query, destroy: () => socket.destroy() };

  async function query(
    text: string,
    values: readonly unknown[],
    querySignal: AbortSignal,
    released: () => void,
  ): Promise<void> {
    const answer = client.query({ name: text, text, values: [...values] });
    const ended = answer.then(released, () => {
      // An error may be the connection's last word; a new one is cheap.
      socket.destroy();
      released();
    });
    try {
      await untilAborted(answer, querySignal);
    } catch (error) {
      if (querySignal.aborted) void cancelOrDestroy(ended);
      throw error;
    }
  }

  /**
   * A commit that waits for a standby does not notice that its client has left: thrown away alone, ten of them a
   * second would fill the server. Cancelled, it ends (committed on the primary, confirmed to nobody), and the
   * connection is as good as before. Where not even that is answered, the line is dead.
   */
  async function cancelOrDestroy(ended: Promise<void>): Promise<void> {
    const cut = setTimeout(() => socket.destroy(), CANCEL_GRACE_MS);
    cancelStatement(address, client, CANCEL_GRACE_MS);
    await ended;
    clearTimeout(cut);
  }
}
