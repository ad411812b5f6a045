import { killAll, type ProcessIdentity, processesMarked, withDescendants } from '@ordeal/place';
import { SOCKET_VARIABLE, TOKEN_VARIABLE } from '../handles/variables.ts';

/**
 * Kills an operator with all its children: those that descend from its process, and those that have left it (a
 * session of their own, another parent, another folder) but still bear its token.
 * @throws OrdealError TARGET_FAILED when some survive
 */
export function killOperator(root: ProcessIdentity | null, token: string): Promise<void> {
  const roots = root === null ? [] : [root];
  return killAll('processes of an operator', (seen) =>
    unique([...withDescendants([...roots, ...seen]), ...processesMarked(`${TOKEN_VARIABLE}=${token}`)]),
  );
}

/** Kills all operators that a guard had at work; for whoever comes after a guard that is dead. */
export function killOperatorsOf(socket: string): Promise<void> {
  return killAll('processes of operators', (seen) =>
    unique([...withDescendants(seen), ...processesMarked(`${SOCKET_VARIABLE}=${socket}`)]),
  );
}

function unique(identities: readonly ProcessIdentity[]): ProcessIdentity[] {
  return [...new Set(identities)];
}
