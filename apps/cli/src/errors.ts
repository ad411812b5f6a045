import { describeError, OrdealError } from '@ordeal/core';
import colors from 'picocolors';
import { spelled } from './spelled.ts';

/** Shows an error to a person and gives the exit code. A stack trace appears only for bugs, and with ORDEAL_DEBUG. */
export function showError(error: unknown): number {
  if (error instanceof OrdealError) {
    console.error(`${colors.red('error')} ${describeError(error)}\n${spelled(error.advice)}`);
    if (process.env.ORDEAL_DEBUG) console.error(error.stack);
    return error.exitCode;
  }
  console.error(`${colors.red('error')} ${describeError(error)}`);
  console.error('This is a bug in Ordeal: please report it, with the lines below.');
  console.error(error instanceof Error ? error.stack : error);
  return 1;
}
