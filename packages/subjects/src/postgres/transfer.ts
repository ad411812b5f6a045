import { type Address, OrdealError } from '@ordeal/core';
import { z } from 'zod';
import { untilAborted } from '../until-aborted.ts';
import { createObserverClient } from './observer-client.ts';

const oneRow = z.tuple([z.object({ echo: z.string() })]);

/**
 * Sends so many bytes to the server and gets them back, in ms, log-in not counted. They go as one statement's
 * parameter, which the server reads to its end before it answers: each direction has its own time.
 * @throws when refused, or by the signal.
 */
export async function transfer(address: Address, bytes: number, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const { client, socket } = createObserverClient(address);
  try {
    await untilAborted(client.connect(), signal);
    const sent = performance.now();
    const answer = client.query('select $1::text as echo', ['x'.repeat(bytes)]);
    const { rows } = await untilAborted(answer, signal);
    const ms = performance.now() - sent;
    const [{ echo }] = oneRow.parse(rows);
    if (echo.length !== bytes) throw new OrdealError('TARGET_FAILED', `${echo.length} of ${bytes} came back`);
    return ms;
  } finally {
    socket.destroy();
  }
}
