import { once } from 'node:events';
import { connect } from 'node:net';
import type { Address } from '@ordeal/core';

/**
 * One question and the first of its answer, in ms, on a connection of its own and without a client library: a look at
 * a fault on links asks some hundred times within a second. The accept does not count: along a link it may be a proxy
 * that accepts, and no delay is put on that.
 * @param greets the server speaks first, and that is no answer: it would be half of a round trip
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function roundTrip(
  address: Address,
  question: Uint8Array,
  signal: AbortSignal,
  { greets = false } = {},
): Promise<{ readonly ms: number; readonly answer: string }> {
  signal.throwIfAborted();
  const socket = connect({ ...address, noDelay: true });
  try {
    await once(socket, 'connect', { signal });
    const closed = once(socket, 'close', { signal }).then(() => {
      throw new Error('closed without an answer');
    });
    const heard = async () => (await Promise.race([once(socket, 'data', { signal }), closed])) as [Buffer];
    if (greets) await heard();
    const asked = performance.now();
    socket.write(question);
    const [data] = await heard();
    return { ms: performance.now() - asked, answer: data.toString() };
  } finally {
    socket.destroy();
  }
}
