import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type { Address } from '@ordeal/core';
import { OWN_ANSWER_HEADERS } from './placement-driver.ts';

/** Every etcd tells its version on both ports, and PD's is within it; what it says in answer does not matter. */
const PD_REQUEST = [
  'GET /version HTTP/1.1',
  'Host: pd',
  'Connection: close',
  ...Object.entries(OWN_ANSWER_HEADERS).map(([name, value]) => `${name}: ${value}`),
  '\r\n',
].join('\r\n');

/**
 * One round trip to a member of PD, in ms, on the port for clients as on that for peers. Connecting does not count: along
 * a link it may be a proxy that has accepted.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function pingPlacementDriver(address: Address, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const socket = connect({ ...address, noDelay: true });
  try {
    await once(socket, 'connect', { signal });
    const asked = performance.now();
    socket.write(PD_REQUEST);
    const answered = once(socket, 'data', { signal });
    const closed = once(socket, 'close', { signal }).then(() => {
      throw new Error('closed without an answer');
    });
    const [data] = (await Promise.race([answered, closed])) as [Buffer];
    const ms = performance.now() - asked;
    if (!data.toString('latin1').startsWith('HTTP/1.1 ')) throw new Error('not an answer of PD');
    return ms;
  } finally {
    socket.destroy();
  }
}

/**
 * One round trip to a store, in ms, once the connection is set up: gRPC runs over HTTP/2, whose servers must answer a
 * PING frame (RFC 9113, 6.7), so TiKV's own gRPC server does.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function pingStore({ host, port }: Address, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const session = connectHttp2(`http://${host}:${port}`);
  const answer = Promise.withResolvers<number>();
  const abort = () => answer.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  session.on('error', answer.reject);
  session.on('close', () => answer.reject(new Error('closed without an answer')));
  session.once('remoteSettings', () => {
    session.ping((error, ms) => (error === null ? answer.resolve(ms) : answer.reject(error)));
  });
  try {
    return await answer.promise;
  } finally {
    signal.removeEventListener('abort', abort);
    session.destroy();
  }
}
