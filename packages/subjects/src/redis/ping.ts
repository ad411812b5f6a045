import type { Address } from '@ordeal/core';
import { roundTrip } from '../round-trip.ts';

/** In the form in which a person would type it. */
const PING = Buffer.from('PING\r\n');
/** `+PONG`, or an error: a primary whose disk is full answers with one. */
const ANSWER = /^[+-]/;

/**
 * One `PING` to the server's or sentinel's own code, in ms. A refusal is an answer.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function ping(address: Address, signal: AbortSignal): Promise<number> {
  const { ms, answer } = await roundTrip(address, PING, signal);
  if (!ANSWER.test(answer)) throw new Error('not an answer of Redis');
  return ms;
}
