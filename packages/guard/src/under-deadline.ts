import { OrdealError } from '@ordeal/core';

/**
 * Gives the work a signal that fires at the deadline or with the other one, and waits no longer than that for it, whether
 * or not it heeds the signal. Made for looks and samples, several for each trial: a timer and a listener, both gone
 * when the work is done; `AbortSignal.timeout` would stay, and fire, long after.
 * @throws the signal's reason; OrdealError DEADLINE; what the work throws
 */
export async function underDeadline<T>(
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  const timer = setTimeout(
    () => own.abort(new OrdealError('DEADLINE', `${what}: not within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await unlessAborted(own.signal, work(own.signal));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
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
