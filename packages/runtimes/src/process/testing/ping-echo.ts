import { connect } from 'node:net';
import type { Address } from '@ordeal/core';

/** One line there and back over a new connection, in ms, the connect not counted. @throws when no echo came. */
export async function pingEcho({ host, port }: Address, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = connect({ host, port, noDelay: true });
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  let sentMs = 0;
  socket.on('connect', () => {
    sentMs = performance.now();
    socket.write('ping\n');
  });
  socket.on('data', () => resolve(performance.now() - sentMs));
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('closed without an echo')));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}
