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
  if (/no such image/i.test(reasonOf(error))) {
    const message = `${reasonOf(error)}. Load it, or let a worker pull it when it starts; runtimes.docker.images in the settings names another`;
    return new OrdealError('ENGINE_UNAVAILABLE', message, { details: { status: statusOf(error) ?? null } });
  }
  // Without a cause: it says the same again, and less well.
  return new OrdealError('TARGET_FAILED', `the engine could not ${what}: ${reasonOf(error)}`, {
    details: { status: statusOf(error) ?? null },
  });
}

/** The HTTP status with which the engine refused, whichever way the error was wrapped. */
export function statusOf(error: unknown): number | undefined {
  const status =
    error instanceof OrdealError ? error.details.status : (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** What the engine itself said. */
export function reasonOf(error: unknown): string {
  const { json } = error as { json?: { message?: unknown } };
  return typeof json?.message === 'string' ? json.message.trim() : describeError(error);
}

/** Undefined when the engine knows nothing of that name. @throws what else the call throws */
export function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
}
