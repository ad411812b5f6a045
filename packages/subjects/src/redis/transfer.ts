import { type Address, OrdealError } from '@ordeal/core';
import { untilAborted } from '../until-aborted.ts';
import { connectTo } from './node-connection.ts';

/**
 * Sends so many bytes and gets them back, in ms; making the connection does not count. They go as the message of a
 * `PING`, which sentinels know as well: it is read to its end before it is answered, so that each direction has its own
 * time.
 * @throws when refused, or by the signal.
 */
export async function transfer(address: Address, bytes: number, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  // How long to wait is the caller's to say: the line may be a very slow one.
  const redis = connectTo(address, { connectTimeout: 0 });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  redis.on('error', reject);
  redis.on('end', () => reject(new Error('closed without an answer')));
  const ready = new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  try {
    await untilAborted(Promise.race([ready, failed]), signal);
    const message = 'x'.repeat(bytes);
    const sent = performance.now();
    const echo = await untilAborted(Promise.race([redis.ping(message), failed]), signal);
    const ms = performance.now() - sent;
    if (echo !== message) throw new OrdealError('TARGET_FAILED', `${echo.length} of ${bytes} came back`);
    return ms;
  } finally {
    redis.disconnect();
  }
}
