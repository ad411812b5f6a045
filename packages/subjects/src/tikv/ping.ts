import { once } from 'node:events';
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

/** HTTP/2 (RFC 9113): the client's preface with empty settings (3.4), and a PING frame of eight bytes (6.7). */
const FRAME_HEADER_BYTES = 9;
const SETTINGS_TYPE = 0x4;
const PING_TYPE = 0x6;
const ACK_FLAG = 0x1;
const PING = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame(SETTINGS_TYPE, 0),
  frame(PING_TYPE, 8),
]);

/**
 * One round trip to a store, in ms, connecting not counted: gRPC runs over HTTP/2, whose servers must answer a PING
 * frame, so TiKV's own gRPC server does. By hand, because a look takes hundreds of pings, and a session of node:http2
 * costs milliseconds of both sides' time, which would then be measured.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function pingStore(address: Address, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const socket = connect({ ...address, noDelay: true });
  const answered = Promise.withResolvers<void>();
  try {
    await once(socket, 'connect', { signal });
    const abort = () => answered.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    let heard = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      heard = Buffer.concat([heard, data]);
      if (holdsPingAck(heard)) answered.resolve();
    });
    socket.on('error', answered.reject);
    socket.on('close', () => answered.reject(new Error('closed without an answer')));
    const asked = performance.now();
    socket.write(PING);
    await answered.promise.finally(() => signal.removeEventListener('abort', abort));
    return performance.now() - asked;
  } finally {
    socket.destroy();
  }
}

function holdsPingAck(heard: Buffer): boolean {
  for (let at = 0; at + FRAME_HEADER_BYTES <= heard.length; ) {
    const length = heard.readUIntBE(at, 3);
    if (heard[at + 3] === PING_TYPE && ((heard[at + 4] ?? 0) & ACK_FLAG) !== 0) return true;
    at += FRAME_HEADER_BYTES + length;
  }
  return false;
}

/** A frame without flags, on the connection itself, with so many zeros in it. */
function frame(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + length);
  bytes.writeUIntBE(length, 0, 3);
  bytes[3] = type;
  return bytes;
}
