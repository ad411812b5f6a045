import { once } from 'node:events';
import { connect } from 'node:net';
import type { Address } from '@ordeal/core';

/**
 * One round trip to the member's own code, in ms: it tells its version, on the clients' port as on the peers'. Neither
 * the accept nor the others count.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function ping(address: Address, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const socket = connect({ ...address, noDelay: true });
  try {
    await once(socket, 'connect', { signal });
    const asked = performance.now();
    socket.write(`GET /version HTTP/1.1\r\nHost: ${address.host}\r\nConnection: close\r\n\r\n`);
    const answered = once(socket, 'data', { signal });
    const closed = once(socket, 'close', { signal }).then(() => {
      throw new Error('closed without an answer');
    });
    const [data] = (await Promise.race([answered, closed])) as [Buffer];
    const ms = performance.now() - asked;
    if (!data.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error('not an answer of etcd');
    return ms;
  } finally {
    socket.destroy();
  }
}
