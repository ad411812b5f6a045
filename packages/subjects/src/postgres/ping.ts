import { once } from 'node:events';
import { connect } from 'node:net';
import type { Address } from '@ordeal/core';

/** SSLRequest: its length, and the code 1234 5679 (protocol, message formats). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * One round trip to the server's own code, in ms: it answers an SSLRequest with one byte, before any log-in. The
 * accept does not count: along a link it is the proxy that accepts, and no delay is put on that.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function ping(address: Address, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const socket = connect(address);
  try {
    await once(socket, 'connect', { signal });
    const asked = performance.now();
    socket.write(SSL_REQUEST);
    const answered = once(socket, 'data', { signal });
    const closed = once(socket, 'close', { signal }).then(() => {
      throw new Error('closed without an answer');
    });
    const [data] = (await Promise.race([answered, closed])) as [Buffer];
    const ms = performance.now() - asked;
    if (data.toString() !== 'N' && data.toString() !== 'S') throw new Error('not an answer of Postgres');
    return ms;
  } finally {
    socket.destroy();
  }
}
