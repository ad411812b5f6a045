import type { Address } from '@ordeal/core';
import { type LoadConnection, openConnection } from './connection.ts';

/**
 * Ten operations a second that all take their second, and a few that are being cancelled: more than this means
 * that the server holds on to them, and further ones would only take the connections that others need.
 */
const MOST = 14;
/** An outage leaves a dozen connections behind; a healthy server needs one or two. */
const MOST_IDLE = 3;

export interface ConnectionPool {
  /** Runs one statement on a connection of its own. @throws by the signal, when refused, or when all are busy. */
  query(text: string, values: readonly unknown[], signal: AbortSignal): Promise<void>;
}

/** Connections to one server, made again after errors. */
export function createConnectionPool(address: Address): ConnectionPool {
  const idle: LoadConnection[] = [];
  let open = 0;

  const take = async (signal: AbortSignal): Promise<LoadConnection> => {
    // The one used last is the one most likely to be warm.
    for (let next = idle.pop(); next !== undefined; next = idle.pop()) if (next.usable()) return next;
    if (open >= MOST) throw new Error(`all ${MOST} connections are busy`);
    open++;
    return openConnection(address, signal, () => open--);
  };

  const giveBack = (connection: LoadConnection) => {
    if (connection.usable() && idle.length < MOST_IDLE) idle.push(connection);
    else connection.destroy();
  };

  return {
    async query(text, values, signal) {
      const connection = await take(signal);
      await connection.query(text, values, signal, () => giveBack(connection));
    },
  };
}
