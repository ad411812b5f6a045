import { readFile } from 'node:fs/promises';
import type { Engine } from './engine.ts';
import { overlap, rangeOf, subnetsOf } from './subnets.ts';

/** The pool that instances take their subnets from. */
export interface PoolInspection {
  readonly cidr: string;
  /** Subnets that no network of the engine has a part of. */
  readonly free: number;
  readonly total: number;
  /**
   * Networks that this machine reaches by other ways and that the pool has a part of, such as `10.201.0.0/24 by eth0`. The
   * engine does not ask for them.
   */
  readonly routes: readonly string[];
}

/** @throws OrdealError BAD_INPUT when it is no pool, ENGINE_UNAVAILABLE, DEADLINE */
export async function inspectPool(engine: Engine, pool: string): Promise<PoolInspection> {
  const networks = await engine.call('list networks', (docker) => docker.listNetworks());
  const taken = networks.flatMap(({ IPAM }) =>
    (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet])),
  );
  // Not on every system, and not of another machine's.
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return poolAmong(pool, taken, routesIn(routes));
}

interface Route {
  readonly network: string;
  readonly device: string;
}

/** @param taken subnets of the engine's networks */
export function poolAmong(pool: string, taken: readonly string[], routes: readonly Route[]): PoolInspection {
  const subnets = subnetsOf(pool);
  const ranges = taken.flatMap((network) => rangeOf(network) ?? []);
  const free = subnets.filter(({ range }) => !ranges.some((other) => overlap(range, other)));
  const whole = rangeOf(pool);
  const foreign = routes
    // The engine's own bridges.
    .filter(({ network }) => !taken.includes(network))
    .filter(({ network }) => {
      const range = rangeOf(network);
      return whole !== undefined && range !== undefined && overlap(whole, range);
    });
  return {
    cidr: pool,
    free: free.length,
    total: subnets.length,
    routes: foreign.map(({ network, device }) => `${network} by ${device}`),
  };
}

/** @param table what `/proc/net/route` says; the default route, which is for all that nobody else has, is left out */
export function routesIn(table: string): Route[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device = '', destination = '', , , , , , mask = ''] = line.split('\t');
      const bits = [...bytesOf(mask)]
        .map((byte) => byte.toString(2))
        .join('')
        .replaceAll('0', '').length;
      return bits === 0 ? [] : [{ network: `${bytesOf(destination).join('.')}/${bits}`, device }];
    });
}

/** An address as the kernel writes it on the machines that we run on: the last byte first. */
function bytesOf(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).toReversed();
}
