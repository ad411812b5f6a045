import { createHash } from 'node:crypto';
import type { Address } from '@ordeal/core';
import { FIRST_PRIMARY, SENTINELS, SERVERS } from './topology.ts';

/** The name under which the sentinels know the primary and its replicas. */
export const GROUP = 'ordeal';

/** How many sentinels must find the primary dead, and a majority of the three. */
const QUORUM = 2;

/** A line's words. A later line of the same name does not always replace an earlier one: order matters. */
type Line = readonly (string | number)[];

export interface ConfigSite {
  readonly name: string;
  /** Where it keeps its data; a sentinel puts drafts of its own file there. */
  readonly folder: string;
  /** Where each node is found by the others, itself included: by name, where names are found. */
  addressOf(node: string): Address;
}

/** `redis.conf`. Replicas and sentinels change it (`CONFIG REWRITE`) so that a restart does not undo a failover. */
export function serverConfig({ name, folder, addressOf }: ConfigSite): string {
  const { host, port } = addressOf(name);
  const primary = addressOf(FIRST_PRIMARY);
  return lines([
    ...REACHABLE,
    ['port', port],
    ['dir', folder],
    // What others call it; a server would otherwise be known by the address that it dials from.
    ['replica-announce-ip', host],
    ['replica-announce-port', port],
    ...(name === FIRST_PRIMARY ? [] : [['replicaof', primary.host, primary.port]]),
    // Each write goes to the disk, so that a full one is felt, and a server that comes back has what it had.
    ['appendonly', 'yes'],
    ['save', '""'],
    /*
     * A primary that is cut off from its replicas must stop to acknowledge: the sentinels put another one in its
     * place, and what it went on to take would be thrown away when it comes back as a replica. Replicas report once
     * a second, so a limit of 1 s would be missed by healthy ones; at 2 s up to 3 s of writes can still be lost.
     */
    ['min-replicas-to-write', 1],
    ['min-replicas-max-lag', 2],
    // The defaults let a cut line look like a working one for a minute.
    ['repl-ping-replica-period', 1],
    ['repl-timeout', 5],
    // By default a full copy waits 5 s for further replicas that may want one.
    ['repl-diskless-sync-delay', 0],
    ['databases', 1],
  ]);
}

/**
 * `sentinel.conf`, with the state that a sentinel would find out in its first 10 s already in it: the replicas, the
 * other sentinels, and who it is itself. It is the form in which a sentinel writes its own file.
 */
export function sentinelConfig({ name, folder, addressOf }: ConfigSite): string {
  const own = addressOf(name);
  const primary = addressOf(FIRST_PRIMARY);
  const replicas = SERVERS.filter((server) => server !== FIRST_PRIMARY).map(addressOf);
  const others = SENTINELS.filter((sentinel) => sentinel !== name);
  return lines([
    ...REACHABLE,
    ['port', own.port],
    ['dir', folder],
    ['sentinel', 'myid', sentinelId(name)],
    // Before the first name in this file.
    ['sentinel', 'resolve-hostnames', 'yes'],
    ['sentinel', 'announce-hostnames', 'yes'],
    ['sentinel', 'announce-ip', own.host],
    ['sentinel', 'announce-port', own.port],
    ['sentinel', 'monitor', GROUP, primary.host, primary.port, QUORUM],
    // Too low: a busy machine looks dead. Too high: that much longer is nobody served.
    ['sentinel', 'down-after-milliseconds', GROUP, 1_500],
    // A vote that nobody won is repeated after twice this time; and a promotion has this time to be seen.
    ['sentinel', 'failover-timeout', GROUP, 3_000],
    ...replicas.map(({ host, port }) => ['sentinel', 'known-replica', GROUP, host, port]),
    ...others.map((other) => {
      const { host, port } = addressOf(other);
      return ['sentinel', 'known-sentinel', GROUP, host, port, sentinelId(other)];
    }),
  ]);
}

/** An instance's network is its own, and nobody else is there: no password, any address. */
const REACHABLE: readonly Line[] = [
  ['bind', '*'],
  ['protected-mode', 'no'],
];

/** 40 hexadecimal digits, as a sentinel draws them for itself. */
function sentinelId(name: string): string {
  return createHash('sha1').update(name).digest('hex');
}

function lines(all: readonly Line[]): string {
  return all.map((words) => `${words.join(' ')}\n`).join('');
}
