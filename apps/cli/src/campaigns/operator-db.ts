import { existsSync } from 'node:fs';
import { whereTyped } from '../invocation/where-typed.ts';

/**
 * The database that a worker of this process would hear the operator `operator-db` through: the one that was given,
 * there already or not, else `data/operator.db` where the command was typed, if it is there.
 */
export function findOperatorDb(given: string | undefined): string | undefined {
  if (given !== undefined) return whereTyped(given);
  const found = whereTyped('data/operator.db');
  return existsSync(found) ? found : undefined;
}

export function usingOperatorDb(path: string): string {
  return `Using operator.db: ${path}`;
}
