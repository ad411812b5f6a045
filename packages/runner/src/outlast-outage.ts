import { OrdealError } from '@ordeal/core';
import pRetry from 'p-retry';

/**
 * Writes as soon as Postgres is there, also when it is away just now; after about a minute and a half it is given up.
 * @throws what the write throws: the last outage's error, or at once one that no repetition mends
 */
export function outlastOutage<T>(write: () => Promise<T>): Promise<T> {
  return pRetry(write, {
    retries: 45,
    minTimeout: 250,
    maxTimeout: 2_000,
    shouldRetry: ({ error }) => error instanceof OrdealError && error.retryable,
  });
}
