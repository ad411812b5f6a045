import { connect } from 'node:net';
import type { Address } from '@ordeal/core';
import type { Client } from 'pg';

/** The request code of a CancelRequest: 1234 in the high half, 5678 in the low one (protocol, message formats). */
const CANCEL_REQUEST = 80_877_102;

/** Asks the server to end the statement that the connection is running. There is no answer; the statement's end is. */
export function cancelStatement(address: Address, connection: Client, timeoutMs: number): void {
  const { processID, secretKey } = connection as Client & BackendKey;
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_REQUEST, 4);
  request.writeInt32BE(processID ?? 0, 8);
  request.writeInt32BE(secretKey ?? 0, 12);
  const socket = connect(address);
  const cut = setTimeout(() => socket.destroy(), timeoutMs);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(cut));
  // The server closes its side when it has passed the request on; that ends ours.
  socket.on('connect', () => socket.write(request));
  socket.resume();
}

/** What the server gave the connection at its start; pg keeps it without a type for it. */
interface BackendKey {
  readonly processID: number | null;
  readonly secretKey: number | null;
}
