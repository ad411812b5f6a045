import type { Socket } from 'node:net';
import { type Address, deadlineSignal, OrdealError } from '@ordeal/core';
import pg from 'pg';
import { untilAborted } from '../until-aborted.ts';
import { createObserverClient } from './observer-client.ts';

/** A server that has not answered a statement for this long is out of service, whatever it does later. */
const DEADLINE_MS = 1_000;
/** Samples overlap at a slow server: a deadline's worth of them, at four a second, and some for captures. */
const MOST_WAITING = 8;
const END_GRACE_MS = 200;

/** The observer's one connection to one server; made when first needed, and again after it failed. */
export interface NodeConnection {
  /**
   * Rows of one statement.
   * @throws the server's error; OrdealError DEADLINE; the signal's reason, which only ends the waiting.
   */
  query(text: string, values: readonly unknown[], signal: AbortSignal): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

interface Opened {
  readonly client: pg.Client;
  readonly socket: Socket;
  /** Fulfilled when the connection is free for the next statement. */
  turn: Promise<unknown>;
}

export function createNodeConnection(address: Address): NodeConnection {
  let current: Opened | undefined;
  let waiting = 0;
  let closed = false;

  const opened = (): Opened => {
    if (closed) throw new OrdealError('TARGET_FAILED', 'the observer is closed');
    if (current === undefined || current.socket.destroyed) current = open(address);
    return current;
  };

  // Several callers share the connection; the deadline that cuts it is each statement's own, never a caller's.
  const run = async (text: string, values: readonly unknown[]) => {
    const connection = opened();
    const { client, socket } = connection;
    waiting++;
    try {
      const deadline = deadlineSignal(DEADLINE_MS);
      const answer = connection.turn.then(() => client.query({ text, values: [...values] }));
      connection.turn = answer.catch(() => undefined);
      const { rows } = await untilAborted(answer, deadline);
      return rows as readonly unknown[];
    } catch (error) {
      // A refused statement leaves a sound connection; all else does not.
      if (!(error instanceof pg.DatabaseError && error.severity === 'ERROR')) socket.destroy();
      throw error;
    } finally {
      waiting--;
    }
  };

  return {
    async query(text, values, signal) {
      signal.throwIfAborted();
      if (waiting >= MOST_WAITING) {
        throw new OrdealError('DEADLINE', `${MOST_WAITING} statements are waiting for an answer`);
      }
      return untilAborted(run(text, values), signal);
    },
    async close() {
      closed = true;
      if (current === undefined || current.socket.destroyed) return;
      const { client, socket } = current;
      // A goodbye keeps the server's log clean; one that is not taken is not waited for.
      await untilAborted(client.end(), deadlineSignal(END_GRACE_MS)).catch(() => undefined);
      socket.destroy();
    },
  };
}

function open(address: Address): Opened {
  const { client, socket } = createObserverClient(address);
  const turn = client.connect();
  // Also heard by whoever waits for it; without this, a failure after everybody left would end the process.
  turn.catch(() => socket.destroy());
  return { client, socket, turn };
}
