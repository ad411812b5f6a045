import { once } from 'node:events';
import { connect } from 'node:net';
import type { Address } from '@ordeal/core';
import { roundTrip } from '../round-trip.ts';
import type { Protocol } from './system.ts';

/** The request for encrypted traffic, which every Postgres answers before anything else. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** What a port most likely speaks, by its number. */
export function likelyProtocol(port: number): Protocol {
  if (port === 6_379 || port === 26_379) return 'redis';
  if (port === 5_432) return 'postgres';
  return port === 3_306 ? 'greeting' : 'http';
}

/**
 * One question and the first of its answer, whatever it says, in ms. For a `silent` port: one connection.
 * @param page what is asked for where HTTP is spoken
 * @throws when refused, closed without an answer, or by the signal
 */
export async function askPort(
  address: Address,
  protocol: Protocol,
  page: string,
  signal: AbortSignal,
): Promise<number> {
  if (protocol === 'silent') return connectTo(address, signal);
  const { ms } = await roundTrip(address, questionOf(protocol, address, page), signal);
  return ms;
}

function questionOf(protocol: Exclude<Protocol, 'silent'>, { host }: Address, page: string): Uint8Array {
  switch (protocol) {
    case 'http':
      return Buffer.from(`HEAD ${page} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    case 'redis':
      return Buffer.from('PING\r\n');
    case 'postgres':
      return SSL_REQUEST;
    case 'greeting':
      return Buffer.alloc(0);
    default:
      return Buffer.from(protocol.send);
  }
}

async function connectTo(address: Address, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const asked = performance.now();
  const socket = connect(address);
  try {
    await once(socket, 'connect', { signal });
    return performance.now() - asked;
  } finally {
    socket.destroy();
  }
}
