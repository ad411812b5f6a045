import type { Address } from '@ordeal/core';
import { roundTrip } from '../round-trip.ts';

/** SSLRequest: its length, and the code 1234 5679 (protocol, message formats). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * One round trip to the server's own code, in ms: it answers an SSLRequest with one byte, before any log-in.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function ping(address: Address, signal: AbortSignal): Promise<number> {
  const { ms, answer } = await roundTrip(address, SSL_REQUEST, signal);
  if (answer !== 'N' && answer !== 'S') throw new Error('not an answer of Postgres');
  return ms;
}
