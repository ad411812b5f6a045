import { ERROR_TABLE, type ErrorCode, type ErrorEntry } from './error-table.ts';
import type { Json } from './words.ts';

/** Every error that Ordeal raises on purpose. `details` holds what a handler needs, never a secret. */
export class OrdealError extends Error {
  override readonly name = 'OrdealError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, Json>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, Json> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get exitCode(): ErrorEntry['exitCode'] {
    return ERROR_TABLE[this.code].exitCode;
  }
  get httpStatus(): number {
    return ERROR_TABLE[this.code].httpStatus;
  }
  get retryable(): boolean {
    return ERROR_TABLE[this.code].retryable;
  }
  /** What the person at the terminal should do next. */
  get advice(): string {
    return ERROR_TABLE[this.code].advice;
  }
}

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(ERROR_TABLE, value);
}

/**
 * Any thrown value as an error of the table, for the edges where people read it: what the machine refuses is told
 * from a bug, and what nobody foresaw is one.
 */
export function toOrdealError(error: unknown): OrdealError {
  if (error instanceof OrdealError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return MACHINE_CODES.has(code)
    ? new OrdealError('MACHINE_FAILED', 'this machine refuses', { cause: error })
    : new OrdealError('INTERNAL', 'unexpected error', { cause: error });
}

/** Of errno(3): what a file or a process asked of the machine and did not get. */
const MACHINE_CODES = new Set(
  'EACCES EPERM EROFS ENOSPC EDQUOT EFBIG EIO EMFILE ENFILE ENOMEM EAGAIN ENOTDIR EISDIR ELOOP ENAMETOOLONG'.split(
    ' ',
  ),
);

/** One line that explains any thrown value, following causes; for logs and the `error` column. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Refused on IPv4 and IPv6: Node's AggregateError has no message of its own.
  const all = error instanceof AggregateError ? error.errors.map(describeError).join('; ') : '';
  const own = error.message || all || error.name;
  return error.cause === undefined ? own : `${own}: ${describeError(error.cause)}`;
}
