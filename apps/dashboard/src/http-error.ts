import { describeError, type ErrorCode, OrdealError, toOrdealError } from '@ordeal/core';
import type { FastifyReply } from 'fastify';

interface HttpError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: { readonly code: ErrorCode; readonly message: string; readonly advice: string };
  };
}

/** Any thrown value as the dashboard answers it: status and text of the table of errors. */
export function httpError(error: unknown): HttpError {
  const known = ofFastify(error) ?? toOrdealError(error);
  const { code, httpStatus, advice } = known;
  return {
    status: httpStatus,
    headers: headersOf(known),
    body: { error: { code, message: describeError(known), advice } },
  };
}

export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body } = httpError(error);
  return reply.code(status).headers(headers).send(body);
}

function headersOf({ code, details }: OrdealError): Record<string, string> {
  if (code === 'UNAUTHORIZED') return { 'www-authenticate': 'Bearer' };
  const { retryAfterSeconds } = details;
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
}

/** Fastify's own refusals: a body that is no JSON, one that is too long, and the like. */
function ofFastify(error: unknown): OrdealError | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const isTheirs = typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
  return isTheirs ? new OrdealError('BAD_INPUT', error.message) : undefined;
}
