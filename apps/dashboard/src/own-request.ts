import type { IncomingHttpHeaders } from 'node:http';
import { type Access, isLoopbackHost } from './access.ts';

/**
 * A page of another site must not be able to press buttons here. Its `Origin` tells it; and on loopback, where
 * nobody may have to log in, so does a `Host` that is not this machine's own (DNS rebinding). Elsewhere the cookie
 * belongs to the name that the person logged in at.
 */
export function isOwnRequest(
  { host, origin }: Pick<IncomingHttpHeaders, 'host' | 'origin'>,
  access: Pick<Access, 'isLoopback'>,
): boolean {
  if (host === undefined) return false;
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[(.*)\]$/, '$1');
  if (name === undefined || (access.isLoopback && !isLoopbackHost(name))) return false;
  // `Origin: null`, of a sandboxed frame or a file, is no URL: a stranger too. Behind a proxy that speaks TLS the
  // schemes differ.
  return origin === undefined || URL.parse(origin)?.host === host;
}
