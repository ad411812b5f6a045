import type { Json } from './words.ts';

/** Exit codes of the command line: 0 fine, 1 trials failed or the command did, 2 bad input, 3 an outage. */
const ERROR_TABLE = {
  BAD_INPUT: { exitCode: 2, retryable: false, advice: 'Correct the input and run the command again.' },
  NOT_FOUND: { exitCode: 2, retryable: false, advice: 'Run `pnpm ordeal list` to see what is there.' },
  UNSUPPORTED: { exitCode: 2, retryable: false, advice: 'Choose something that this installation can run.' },
  NO_WORKER: { exitCode: 1, retryable: true, advice: 'Start a worker that can run it: `pnpm worker`.' },
  POSTGRES_UNAVAILABLE: {
    exitCode: 3,
    retryable: true,
    advice: 'Check DATABASE_URL, or start the embedded server with `pnpm ordeal up`.',
  },
  REDIS_UNAVAILABLE: { exitCode: 3, retryable: true, advice: 'Check REDIS_URL and that Redis is up.' },
  GUARD_LOST: { exitCode: 1, retryable: true, advice: 'The guard was replaced; the trial runs again.' },
  GUARD_REFUSED: {
    exitCode: 1,
    retryable: false,
    advice: 'A newer execution owns the trial, or its lease ran out.',
  },
  TARGET_FAILED: {
    exitCode: 1,
    retryable: true,
    advice: 'See the error of the execution: `pnpm ordeal trial ID`.',
  },
  DEADLINE: { exitCode: 1, retryable: true, advice: 'The other side did not answer in time.' },
  INTERNAL: { exitCode: 1, retryable: false, advice: 'This is a bug in Ordeal: please report it.' },
} as const;

export type ErrorCode = keyof typeof ERROR_TABLE;

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

  get exitCode(): number {
    return ERROR_TABLE[this.code].exitCode;
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
  return value in ERROR_TABLE;
}

/** One line that explains any thrown value, following causes; for logs and the `error` column. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || error.name;
  return error.cause === undefined ? own : `${own}: ${describeError(error.cause)}`;
}
