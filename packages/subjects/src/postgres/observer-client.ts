import { Socket } from 'node:net';
import type { Address } from '@ordeal/core';
import pg from 'pg';
import { DATABASE, OBSERVER_USER } from './schema.ts';

/** A client of the observer's, not connected yet, on a socket of its own: one that hangs can be cut off at once. */
export function createObserverClient(address: Address): { client: pg.Client; socket: Socket } {
  const socket = new Socket();
  const client = new pg.Client({
    ...address,
    user: OBSERVER_USER,
    database: DATABASE,
    ssl: false,
    stream: () => socket,
    // The heartbeat must not wait for standbys: it is what tells whether they follow.
    options: '-c synchronous_commit=local',
  });
  client.on('error', () => socket.destroy());
  return { client, socket };
}
