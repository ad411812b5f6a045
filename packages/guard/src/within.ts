import { OrdealError } from '@ordeal/core';

/**
 * The promise's value, or DEADLINE: for calls into a fault, subject or runtime, which may hang although they
 * should not. What goes on behind the deadline is ignored.
 */
export async function within<T>(what: string, timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new OrdealError('DEADLINE', `${what}: not within ${timeoutMs / 1000} s`)),
      Math.max(0, timeoutMs),
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The promise's value, or the signal's reason as soon as it fires, whether or not the work heeds the signal. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const stop = Promise.withResolvers<never>();
  const abort = (): void => stop.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, stop.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    // The loser of the race may still fail; nobody waits for it any more.
    promise.catch(() => {});
    stop.promise.catch(() => {});
  }
}
