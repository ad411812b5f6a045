import { type Json, OrdealError } from '@ordeal/core';

/** Postgres or Redis is away: the same call may succeed later. */
export function isOutage(error: unknown): error is OrdealError {
  return error instanceof OrdealError && ['POSTGRES_UNAVAILABLE', 'REDIS_UNAVAILABLE'].includes(error.code);
}

/** An outage with what stands in spite of it, for a person; any other error as it is. */
export function duringOutage(error: unknown, stands: string, details: Record<string, Json> = {}): unknown {
  return isOutage(error) ? new OrdealError(error.code, stands, { cause: error, details }) : error;
}
