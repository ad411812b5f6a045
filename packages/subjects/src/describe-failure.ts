/** One short line for a record: what went wrong at the other side. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  // A connection refused at several addresses has a code and no message.
  return error.message || ((error as NodeJS.ErrnoException).code ?? error.name);
}
