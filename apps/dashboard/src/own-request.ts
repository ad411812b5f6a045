import type { IncomingHttpHeaders } from 'node:http';

/** A page of another site must not be able to press buttons here (DNS rebinding, forms). */
export function isOwnRequest({ host, origin }: Pick<IncomingHttpHeaders, 'host' | 'origin'>): boolean {
  const name = host?.replace(/:\d+$/, '');
  if (name !== '127.0.0.1' && name !== 'localhost') return false;
  // `Origin: null`, of a sandboxed frame or a file, is no URL: a stranger too.
  return origin === undefined || URL.parse(origin)?.host === host;
}
