import { describeError, OrdealError } from '@ordeal/core';

interface Asked {
  /** Completes "the engine could not ...". */
  readonly what: string;
  readonly address: string;
  readonly timedOutMs?: number | undefined;
}

/** What the engine's client throws, in our words. */
export function engineError(error: unknown, { what, address, timedOutMs }: Asked): OrdealError {
  if (error instanceof OrdealError) return error;
  const options = { cause: error };
  if (timedOutMs !== undefined) {
    const message = `the Docker engine at ${address} has not managed to ${what} within ${timedOutMs / 1000} s`;
    return new OrdealError('DEADLINE', message, options);
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `this user may not talk to the Docker engine at ${address}: root may, and so may members of its group`;
    return new OrdealError('ENGINE_UNAVAILABLE', message, options);
  }
  if (statusOf(error) === undefined) {
    const message = `the Docker engine at ${address} does not answer`;
    return new OrdealError('ENGINE_UNAVAILABLE', message, options);
  }
  return new OrdealError('TARGET_FAILED', `the engine could not ${what}: ${reasonOf(error)}`, {
    cause: error,
    details: { status: statusOf(error) ?? null },
  });
}

/** The HTTP status with which the engine refused, whichever way the error was wrapped. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof OrdealError) return error.cause === undefined ? undefined : statusOf(error.cause);
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** What the engine itself said. */
export function reasonOf(error: unknown): string {
  if (error instanceof OrdealError && error.cause !== undefined) return reasonOf(error.cause);
  const { json } = error as { json?: { message?: unknown } };
  return typeof json?.message === 'string' ? json.message.trim() : describeError(error);
}
