import { describeError, OrdealError } from '@ordeal/core';
import { z } from 'zod';
import type { Guard } from './guard.ts';
import { type AnswerLine, PROTOCOL_VERSION, requestLine, VERBS, type Verb } from './protocol.ts';

/** What can be answered to, in a line that is no request. */
const numbered = z.looseObject({ id: z.number().int() });
const versioned = z.looseObject({ v: z.unknown() });
/** The id of answers to lines from which no id can be read. */
const NO_ID = -1;

/** Answers one line. Never throws: whatever goes wrong is the answer. */
export async function respond(guard: Guard, line: string | undefined): Promise<AnswerLine> {
  let id = NO_ID;
  try {
    if (line === undefined) throw new OrdealError('BAD_INPUT', 'the line is too long');
    const value: unknown = parseJson(line);
    const known = requestLine.safeParse(value);
    id = (known.data ?? numbered.safeParse(value).data)?.id ?? NO_ID;
    const request = parseRequest(value, known);
    const answer = await guard.ask(request.verb, request.body);
    return { v: PROTOCOL_VERSION, id, ok: true, answer };
  } catch (error) {
    // What is not ours came out of a runtime, a subject or a fault.
    const code = error instanceof OrdealError ? error.code : 'TARGET_FAILED';
    return { v: PROTOCOL_VERSION, id, ok: false, error: { code, message: describeError(error) } };
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new OrdealError('BAD_INPUT', 'the line is not JSON', { cause: error });
  }
}

function parseRequest(
  value: unknown,
  request: ReturnType<typeof requestLine.safeParse>,
): { verb: Verb; body: unknown } {
  if (!request.success) {
    const version = versioned.safeParse(value).data?.v;
    if (version !== PROTOCOL_VERSION) {
      throw new OrdealError(
        'BAD_INPUT',
        `this guard speaks version ${PROTOCOL_VERSION}, not ${String(version)}`,
      );
    }
    throw new OrdealError('BAD_INPUT', `the line is no request: ${z.prettifyError(request.error)}`);
  }
  const { verb, body } = request.data;
  if (!Object.hasOwn(VERBS, verb)) {
    const verbs = Object.keys(VERBS).join(', ');
    throw new OrdealError('BAD_INPUT', `there is no verb ${verb} (must be one of ${verbs})`);
  }
  return { verb: verb as Verb, body };
}
