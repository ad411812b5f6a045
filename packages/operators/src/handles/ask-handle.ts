import { connect } from 'node:net';
import { type HandleAccess, OrdealError } from '@ordeal/core';
import { type HandleOrder, type HandleResult, handleAnswer, resultOf } from './protocol.ts';

/** Beyond every deadline of the other side's own. */
const ANSWER_WITHIN_MS = 180_000;

/**
 * Asks a guard for one act on a node of an incident.
 * @throws OrdealError as the guard refuses it; GUARD_REFUSED when nobody listens any more; DEADLINE
 */
export async function askHandle({ socket, token }: HandleAccess, order: HandleOrder): Promise<HandleResult> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const line = connect(socket);
  let said = '';
  line.setTimeout(ANSWER_WITHIN_MS, () =>
    line.destroy(new OrdealError('DEADLINE', `no answer within ${ANSWER_WITHIN_MS / 1000} s`)),
  );
  line.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  line.once('end', () => resolve(said));
  line.once('error', (cause) =>
    reject(
      cause instanceof OrdealError
        ? cause
        : new OrdealError('GUARD_REFUSED', 'the incident is over: nobody listens', { cause }),
    ),
  );
  line.write(`${JSON.stringify({ ...order, token })}\n`);
  try {
    const answer = handleAnswer.safeParse(parseJson(await promise));
    if (!answer.success) throw new OrdealError('GUARD_REFUSED', 'the incident is over: no answer came');
    return resultOf(answer.data);
  } finally {
    line.destroy();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
