import { type Address, OrdealError } from '@ordeal/core';
import { type Redis, ReplyError } from 'ioredis';
import { untilAborted } from '../until-aborted.ts';
import { connectTo } from './node-connection.ts';

/**
 * One `PING` to the server's or sentinel's own code, in ms; making the connection does not count, and a refusal does: a
 * primary whose disk is full answers with one.
 * @throws when refused, closed without an answer, or by the signal.
 */
export async function ping(address: Address, signal: AbortSignal): Promise<number> {
  return onOwnConnection(address, signal, async (redis) => {
    const asked = performance.now();
    await redis.ping().catch((error: unknown) => {
      if (!(error instanceof ReplyError)) throw error;
    });
    return performance.now() - asked;
  });
}

/**
 * Sends so many bytes and gets them back, in ms. They go as the message of a `PING`, which sentinels know as well:
 * it is read to its end before it is answered, so that each direction has its own time.
 * @throws when refused, or by the signal.
 */
export async function transfer(address: Address, bytes: number, signal: AbortSignal): Promise<number> {
  return onOwnConnection(address, signal, async (redis) => {
    const message = 'x'.repeat(bytes);
    const sent = performance.now();
    const echo = await redis.ping(message);
    const ms = performance.now() - sent;
    if (echo !== message) throw new OrdealError('TARGET_FAILED', `${echo.length} of ${bytes} came back`);
    return ms;
  });
}

async function onOwnConnection(
  address: Address,
  signal: AbortSignal,
  measure: (redis: Redis) => Promise<number>,
): Promise<number> {
  signal.throwIfAborted();
  // How long to wait is the caller's to say: the line may be a very slow one.
  const redis = connectTo(address, { connectTimeout: 0 });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  redis.on('error', reject);
  redis.on('end', () => reject(new Error('closed without an answer')));
  const ready = new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  try {
    await untilAborted(Promise.race([ready, failed]), signal);
    return await untilAborted(Promise.race([measure(redis), failed]), signal);
  } finally {
    redis.disconnect();
  }
}
