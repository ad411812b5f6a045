import { describeError, toOrdealError } from '@ordeal/core';
import { spelled } from '../invocation/spelled.ts';
import { errorColors } from '../terminal/colors.ts';
import { withoutSecrets } from './secrets.ts';

/**
 * Shows an error to a person and gives the exit code: what happened, what to do, and the code to look up in
 * docs/errors.md. A stack trace appears only for bugs, and with ORDEAL_DEBUG.
 */
export function showError(error: unknown): number {
  const known = toOrdealError(error);
  console.error(`${errorColors.red('error')} ${withoutSecrets(describeError(known))}`);
  console.error(`${spelled(known.advice)} (${known.code})`);
  if (known.code === 'INTERNAL' || process.env.ORDEAL_DEBUG) {
    console.error(withoutSecrets((error instanceof Error && error.stack) || String(error)));
  }
  return known.exitCode;
}
