import formBody from '@fastify/formbody';
import { OrdealError } from '@ordeal/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { httpError, sendError } from './http-error.ts';
import { loginPage } from './login-page.ts';
import { endSession, hasSession, openSession, registerSessions } from './session.ts';
import { TokenCheck } from './token-check.ts';

const LOGIN_PATH = '/login';
export const LOGOUT_PATH = '/logout';

/** Makes every route of the server ask for the token: `Authorization: Bearer`, or the cookie of a login. */
export async function requireToken(server: FastifyInstance, token: string): Promise<void> {
  const tokenCheck = new TokenCheck(token);
  await registerSessions(server);
  await server.register(formBody);

  server.addHook('onRequest', async (request, reply) => {
    // The route that was found, not the text that was asked for: nothing can be written to look like it.
    if (request.routeOptions.url === LOGIN_PATH || hasSession(request)) return undefined;
    const given = bearerToken(request);
    if (given === undefined && wantsPage(request)) return reply.redirect(LOGIN_PATH, 303);
    try {
      if (given === undefined) throw new OrdealError('UNAUTHORIZED', 'this dashboard asks for its token');
      await tokenCheck.check(given, request.ip);
    } catch (error) {
      return sendError(reply, error);
    }
  });

  server.get(LOGIN_PATH, (_request, reply) => sendPage(reply, loginPage()));
  server.post(LOGIN_PATH, async (request, reply) => {
    try {
      await tokenCheck.check(tokenField(request.body), request.ip);
    } catch (error) {
      const { status, headers, body } = httpError(error);
      return sendPage(reply.code(status).headers(headers), loginPage(body.error.message));
    }
    openSession(request, reply);
    return reply.redirect('/', 303);
  });
  server.get(LOGOUT_PATH, (request, reply) => {
    endSession(request, reply);
    return reply.redirect(LOGIN_PATH, 303);
  });
}

function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** A person's browser, to be sent to the login; scripts and the page's own calls get an error they can read. */
function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

function tokenField(body: unknown): string {
  const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
  return typeof token === 'string' ? token : '';
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page);
}
