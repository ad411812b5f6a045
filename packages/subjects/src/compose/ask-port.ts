import type { Address } from '@ordeal/core';
import { roundTrip } from '../round-trip.ts';
import type { Protocol, SpokenProtocol } from './system.ts';

/**
 * A version that nobody speaks: the server's own code refuses it. A request that it hands on would be answered as late
 * as whatever is behind it, and a fault on that would look like one on this port.
 */
const HTTP_REQUEST = Buffer.from('GET / HTTP/9.9\r\nHost: ordeal\r\nConnection: close\r\n\r\n');

/** The request for encrypted traffic, which every Postgres answers before anything else. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** What a port most likely speaks, by its number. */
export function likelyProtocol(port: number): Protocol {
  if (port === 6_379 || port === 26_379) return 'redis';
  if (port === 5_432) return 'postgres';
  // MySQL locks out whoever breaks off a hundred log-ins, and the container that dials it with them.
  return port === 3_306 ? 'silent' : 'http';
}

/**
 * One question and the first of its answer, whatever it says, in ms.
 * @throws when refused, closed without an answer, or by the signal
 */
export async function askPort(
  address: Address,
  protocol: SpokenProtocol,
  signal: AbortSignal,
): Promise<number> {
  const greets = typeof protocol === 'object' && protocol.greets === true;
  const { ms } = await roundTrip(address, questionOf(protocol), signal, { greets });
  return ms;
}

function questionOf(protocol: SpokenProtocol): Uint8Array {
  switch (protocol) {
    case 'http':
      return HTTP_REQUEST;
    case 'redis':
      return Buffer.from('PING\r\n');
    case 'postgres':
      return SSL_REQUEST;
    default:
      return Buffer.from(protocol.send);
  }
}
