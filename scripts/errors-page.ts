import { writeFileSync } from 'node:fs';
import { ERROR_TABLE, type ErrorEntry } from '@ordeal/core';

export const ERRORS_PAGE = new URL('../docs/errors.md', import.meta.url);

/** `docs/errors.md`: all that can go wrong on purpose, made from the table that the code itself uses. */
export function errorsPage(): string {
  return `<!-- Made by \`pnpm docs:errors\` from packages/core/src/error-table.ts. -->

# Errors

A command that fails says what happened, what to do, and a code in brackets. The codes stand below. The dashboard
answers with the same codes: \`{ "error": { "code", "message", "advice" } }\`. What may be repeated as it is,
because it can succeed later with nothing changed, is marked.

Exit codes: 0 fine; 1 trials failed, or the command did; 2 bad input, nothing was written; 3 Postgres, Redis or the
Docker engine is away; 130 stopped by a person. \`ORDEAL_DEBUG=1\` adds the stack trace.

${Object.entries<ErrorEntry>(ERROR_TABLE).map(section).join('\n')}`;
}

function section([code, entry]: [string, ErrorEntry]): string {
  const repeat = entry.retryable ? 'may be repeated' : 'repeating does not help';
  return `## ${code}

${entry.meaning}

Exit code ${entry.exitCode}, HTTP status ${entry.httpStatus}, ${repeat}. **What to do:** ${entry.advice}
`;
}

if (import.meta.main) writeFileSync(ERRORS_PAGE, errorsPage());
