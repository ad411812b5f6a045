import type { ExecutionResult } from './rows.ts';

/** What an end says of its execution, by column. */
export function endColumns(result: ExecutionResult) {
  return {
    end: result.end,
    outcome: result.end === 'result' ? result.outcome : result.end === 'void' ? ('void' as const) : null,
    voidCause: result.end === 'void' ? result.voidCause : null,
    error: 'error' in result ? result.error : null,
    record: 'record' in result ? result.record : null,
  };
}
