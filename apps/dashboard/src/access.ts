import { BlockList, isIP } from 'node:net';
import { OrdealError } from '@ordeal/core';

/** Who can reach the dashboard, and what it asks of them. Only {@link checkAccess} makes one. */
export interface Access {
  readonly host: string;
  /** Reached from this machine alone. */
  readonly isLoopback: boolean;
  /** Asked for on every page and call; undefined: nobody is asked, on loopback only. */
  readonly token: string | undefined;
}

/** Ten tries a minute find a random one of this length in no lifetime; a shorter one is a word. */
const SHORTEST_TOKEN = 16;

/**
 * Decides whether the dashboard may listen there. Empty means unset, as Compose and CI write it.
 * @param asked.token of ORDEAL_TOKEN
 * @throws OrdealError BAD_INPUT for an address that others can reach without a token, or a token that is none; it is
 * not repeated in the message
 */
export function checkAccess(asked: { host: string; token: string | undefined }): Access {
  const { host } = asked;
  const token = asked.token || undefined;
  const isLoopback = isLoopbackHost(host);
  if (host === '') throw new OrdealError('BAD_INPUT', '--host: must be an address or a name of this machine');
  if (token === undefined && !isLoopback) {
    throw new OrdealError(
      'BAD_INPUT',
      `--host ${host}: others can reach this address, so ORDEAL_TOKEN must be set (make one with: openssl rand -hex 32)`,
    );
  }
  // Visible ASCII: it has to fit into a header as it is, and a stray line break is a mistake of whoever set it.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new OrdealError('BAD_INPUT', 'ORDEAL_TOKEN: must be letters, digits and signs without spaces');
  }
  if (token !== undefined && token.length < SHORTEST_TOKEN) {
    throw new OrdealError('BAD_INPUT', `ORDEAL_TOKEN: must be at least ${SHORTEST_TOKEN} characters long`);
  }
  return { host, isLoopback, token };
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Names other than `localhost` may mean any address: they count as reachable. */
export function isLoopbackHost(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
