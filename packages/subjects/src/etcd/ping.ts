import type { Address } from '@ordeal/core';
import { roundTrip } from '../round-trip.ts';

/**
 * One round trip to the member's own code, in ms: it tells its version, on the clients' port as on the peers'.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function ping(address: Address, signal: AbortSignal): Promise<number> {
  const question = Buffer.from(`GET /version HTTP/1.1\r\nHost: ${address.host}\r\nConnection: close\r\n\r\n`);
  const { ms, answer } = await roundTrip(address, question, signal);
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error('not an answer of etcd');
  return ms;
}
