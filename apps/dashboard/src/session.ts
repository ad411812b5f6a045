import { randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import { monotonicMs } from '@ordeal/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A working day and a night. Longer: a browser left open is an open door. Shorter: people log in again and again. */
const SESSION_SECONDS = 12 * 3600;

/**
 * Sessions of browsers: a signed cookie that says until when it holds. The key is of this process alone, so the
 * cookie tells nothing of the token, nobody can try tokens on it, and a restart ends all sessions.
 */
export async function registerSessions(server: FastifyInstance): Promise<void> {
  await server.register(cookie, { secret: randomBytes(32).toString('hex') });
}

export function openSession(request: FastifyRequest, reply: FastifyReply): void {
  reply.setCookie(cookieName(request), String(Math.round(monotonicMs()) + SESSION_SECONDS * 1000), {
    ...cookieOptions(request),
    maxAge: SESSION_SECONDS,
    signed: true,
  });
}

export function endSession(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName(request), cookieOptions(request));
}

export function hasSession(request: FastifyRequest): boolean {
  const text = request.cookies[cookieName(request)];
  if (text === undefined) return false;
  const { valid, value } = request.unsignCookie(text);
  return valid && Number(value) > monotonicMs();
}

/** Browsers keep cookies by host name, whatever the port: two dashboards on one machine would log each other out. */
function cookieName(request: FastifyRequest): string {
  return `ordeal_session_${request.socket.localPort ?? 0}`;
}

function cookieOptions(request: FastifyRequest) {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    // Behind a proxy that speaks TLS; whoever forges the header only keeps a cookie from himself.
    secure: request.headers['x-forwarded-proto'] === 'https',
  } as const;
}
