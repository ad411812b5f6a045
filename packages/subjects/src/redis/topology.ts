import { CLIENT_ROLE, type Link, type NodeSpec, type Topology, type VolumeSpec } from '@ordeal/core';

/** The one that starts as primary; any of the servers may become it. */
export const FIRST_PRIMARY = 'redis0';
export const SERVERS = [FIRST_PRIMARY, 'redis1', 'redis2'] as const;
export const SENTINELS = ['sentinel0', 'sentinel1', 'sentinel2'] as const;
/** A server's port, and the one a sentinel answers on. */
export const REDIS_PORT = 'redis';
export const SENTINEL_PORT = 'sentinel';

/**
 * A server's supervisor gives the sentinels time to vote: they take 2 to 4 s. One that is quicker makes a crash a
 * restart, with as long an outage for the clients, and no failover is ever seen.
 */
const SERVER_RESTART_DELAY_MS = 5_000;
/** Nothing waits for a sentinel to stay away. */
const RESTART_DELAY_MS = 1_000;

/** The append-only file grows by 1 kB a second under the load: by 7 MB in a trial of two hours. */
export const SERVER_VOLUME: VolumeSpec = { path: 'data', sizeMb: 32 };

function server(name: string): NodeSpec {
  return {
    name,
    role: name === FIRST_PRIMARY ? 'primary' : 'replica',
    ports: [REDIS_PORT],
    restartDelayMs: SERVER_RESTART_DELAY_MS,
    volume: SERVER_VOLUME,
  };
}

function sentinel(name: string): NodeSpec {
  return { name, role: 'sentinel', ports: [SENTINEL_PORT], restartDelayMs: RESTART_DELAY_MS };
}

/** Everyone in `from` dials everyone else in `to`. */
function links(from: readonly string[], to: readonly string[], port: string): Link[] {
  return from.flatMap((dialler) =>
    to.filter((name) => name !== dialler).map((name) => ({ from: dialler, to: name, port })),
  );
}

/**
 * Replicas dial their primary, and after a failover that is another server: so each server may dial each other one.
 * Sentinels dial all servers, and one another. The client asks the sentinels where the servers are.
 */
export const topology: Topology = {
  nodes: [
    ...SERVERS.map(server),
    ...SENTINELS.map(sentinel),
    { name: 'client', role: CLIENT_ROLE, ports: [], restartDelayMs: RESTART_DELAY_MS },
  ],
  links: [
    ...links(SERVERS, SERVERS, REDIS_PORT),
    ...links(SENTINELS, SERVERS, REDIS_PORT),
    ...links(SENTINELS, SENTINELS, SENTINEL_PORT),
    ...links(['client'], SERVERS, REDIS_PORT),
    ...links(['client'], SENTINELS, SENTINEL_PORT),
  ],
};
