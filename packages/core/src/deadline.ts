import { setTimeout as delay } from 'node:timers/promises';
import { OrdealError } from './errors.ts';

/** Milliseconds on this process's monotonic clock; only differences mean anything. */
export function monotonicMs(): number {
  return performance.now();
}

/** A signal that fires at the deadline or with any of the others; `AbortSignal.timeout` keeps no process alive. */
export function deadlineSignal(timeoutMs: number, ...others: (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any([
    AbortSignal.timeout(timeoutMs),
    ...others.filter((signal) => signal !== undefined),
  ]);
}

/**
 * Looks again and again until `look` gives something other than undefined.
 * @throws OrdealError DEADLINE, naming `what`, when the time is over; the signal's reason when aborted.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  options: { timeoutMs: number; everyMs?: number; signal?: AbortSignal | undefined },
): Promise<T> {
  const until = monotonicMs() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    if (monotonicMs() >= until) {
      throw new OrdealError('DEADLINE', `${what}: not within ${options.timeoutMs / 1000} s`);
    }
    await delay(options.everyMs ?? 50, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/** The promise's value, or OrdealError DEADLINE, naming `what`, when it has not settled in time; it is not interrupted. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new OrdealError('DEADLINE', `${what}: not within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
