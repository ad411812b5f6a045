import { isErrorCode, OrdealError } from '@ordeal/core';
import { z } from 'zod';

/** One connection is one act: a line of JSON there, a line of JSON back. */

const node = z.string().min(1);
export const handleRequest = z.discriminatedUnion('act', [
  z.object({ token: z.string(), act: z.literal('list') }),
  z.object({ token: z.string(), act: z.literal('restart'), node }),
  z.object({ token: z.string(), act: z.literal('start'), node }),
  z.object({ token: z.string(), act: z.literal('exec'), node, command: z.array(z.string()).min(1) }),
  z.object({ token: z.string(), act: z.literal('logs'), node, lines: z.number().int().min(1).max(10_000) }),
]);
export type HandleRequest = z.infer<typeof handleRequest>;
type WithoutToken<T> = T extends unknown ? Omit<T, 'token'> : never;
export type HandleOrder = WithoutToken<HandleRequest>;

const address = z.object({ host: z.string(), port: z.number() });
const handledNode = z.object({
  name: z.string(),
  role: z.string(),
  endpoints: z.record(z.string(), address),
  state: z.enum(['up', 'down', 'frozen']),
});

export const handleAnswer = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    nodes: z.array(handledNode).optional(),
    exitCode: z.number().optional(),
    output: z.string().optional(),
  }),
  z.object({ ok: z.literal(false), code: z.string(), message: z.string() }),
]);
export type HandleAnswer = z.infer<typeof handleAnswer>;
export type HandleResult = Omit<Extract<HandleAnswer, { ok: true }>, 'ok'>;

/** @throws OrdealError as the guard said it */
export function resultOf(answer: HandleAnswer): HandleResult {
  if (answer.ok) return answer;
  throw new OrdealError(isErrorCode(answer.code) ? answer.code : 'INTERNAL', answer.message);
}
