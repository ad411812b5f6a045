import { type HandleAccess, OrdealError } from '@ordeal/core';
import { askHandle } from './ask-handle.ts';
import type { HandleOrder } from './protocol.ts';
import { SOCKET_VARIABLE, TOKEN_VARIABLE } from './variables.ts';

export const NODE_USAGE = `usage: ordeal node list                   the nodes of this incident, as JSON
       ordeal node restart NODE           kill it and start it
       ordeal node start NODE             start it if it is down
       ordeal node exec NODE -- COMMAND   run a command where it lives
       ordeal node logs NODE [LINES]      the end of what it wrote`;

const LOG_LINES = 200;

/**
 * `ordeal node ...`, for operators.
 * @returns the exit code: that of the command with `exec`, else 0
 * @throws OrdealError BAD_INPUT when it is called outside of an incident or by a wrong word; what the guard refuses
 */
export async function runNodeCommand(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  print: (text: string) => void,
): Promise<number> {
  const order = toOrder(words);
  const { nodes, output, exitCode } = await askHandle(accessOf(environment), order);
  if (nodes !== undefined) print(`${JSON.stringify(nodes, null, 2)}\n`);
  if (output !== undefined) print(output);
  return exitCode ?? 0;
}

function toOrder([act, node, ...rest]: readonly string[]): HandleOrder {
  const command = rest[0] === '--' ? rest.slice(1) : rest;
  if (act === 'list' && node === undefined) return { act };
  if (node !== undefined && rest.length === 0 && (act === 'restart' || act === 'start')) return { act, node };
  if (node !== undefined && act === 'exec' && command.length > 0) return { act, node, command };
  const lines = Number(rest[0] ?? LOG_LINES);
  if (node !== undefined && act === 'logs' && lines >= 1 && rest.length <= 1) return { act, node, lines };
  throw new OrdealError('BAD_INPUT', NODE_USAGE);
}

function accessOf(environment: NodeJS.ProcessEnv): HandleAccess {
  const socket = environment[SOCKET_VARIABLE];
  const token = environment[TOKEN_VARIABLE];
  if (socket && token) return { socket, token };
  throw new OrdealError(
    'BAD_INPUT',
    `${SOCKET_VARIABLE} and ${TOKEN_VARIABLE} are not set: only an operator that Ordeal has started has handles`,
  );
}
