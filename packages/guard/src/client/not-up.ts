import { OrdealError } from '@ordeal/core';

/** For a guard's first word: covers the removal of everything that dead guards left. */
export const HELLO_DEADLINE_MS = 60_000;

/** @param log all that the guard wrote for people, or the end of it */
export function guardNotUp(why: string, log: string): OrdealError {
  const lastWords = log.trim().split('\n').slice(-12).join('\n');
  return new OrdealError('GUARD_LOST', `the guard did not come up: ${why}${lastWords && `\n${lastWords}`}`);
}
