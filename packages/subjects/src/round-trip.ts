import { once } from 'node:events';
import { connect } from 'node:net';
import type { Address } from '@ordeal/core';

/**
 * One question and the first of its answer, in ms, on a connection of its own and without a client library: a look at
 * a fault on links asks some hundred times within a second. The accept does not count: along a link it may be a proxy
 * that accepts, and no delay is put on that.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function roundTrip(
  address: Address,
  question: Uint8Array,
  signal: AbortSignal,
): Promise<{ readonly ms: number; readonly answer: string }> {
  signal.throwIfAborted();
  const socket = connect({ ...address, noDelay: true });
  try {
    await once(socket, 'connect', { signal });
    const asked = performance.now();
    socket.write(question);
    const answered = once(socket, 'data', { signal });
    const closed = once(socket, 'close', { signal }).then(() => {
      throw new Error('closed without an answer');
    });
    const [data] = (await Promise.race([answered, closed])) as [Buffer];
    return { ms: performance.now() - asked, answer: data.toString() };
  } finally {
    socket.destroy();
  }
}
