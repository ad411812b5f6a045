import { connect } from 'node:net';
import type { Address } from '@ordeal/core';

/**
 * A line of so many bytes there and back over a new connection, in ms, the connect not counted.
 * @throws when it did not come back whole.
 */
export async function pingEcho({ host, port }: Address, signal: AbortSignal, bytes = 5): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = connect({ host, port, noDelay: true });
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  let sentMs = 0;
  let missing = bytes;
  socket.on('connect', () => {
    sentMs = performance.now();
    socket.write(`${'ping'.padEnd(bytes - 1, '.')}\n`);
  });
  socket.on('data', (echo) => {
    missing -= echo.length;
    if (missing <= 0) resolve(performance.now() - sentMs);
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('closed without an echo')));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}
