import type { Address } from '@ordeal/core';
import { LOAD_USER, OBSERVER_USER, REPLICATION_USER } from './schema.ts';
import { STANDBYS } from './topology.ts';

type Settings = Readonly<Record<string, string | number>>;

/**
 * What all servers share, in every version from 15. The seed is made under these too: a standby refuses to start with, say, fewer
 * `max_connections` than its copy of the cluster last ran with.
 */
const SHARED_SETTINGS: Settings = {
  // Faults here kill processes, not machines, and what a killed process wrote is safe in the kernel's page
  // cache. Only a power cut could lose it, and no trial outlives that.
  fsync: 'off',
  full_page_writes: 'off',
  // Ten instances of three servers share a small machine: little memory, no process that is not needed.
  shared_buffers: '8MB',
  max_connections: 30,
  superuser_reserved_connections: 1,
  max_worker_processes: 2,
  max_logical_replication_workers: 0,
  max_parallel_workers_per_gather: 0,
  jit: 'off',
  // Rows are added, or updated in place on one page, for some minutes.
  autovacuum: 'off',
  bgwriter_lru_maxpages: 0,
  checkpoint_timeout: '15min',
  // The log must not fill the server's volume: at the load's 2.3 kB/s it comes to 24 MB at most.
  max_wal_size: '8MB',
  min_wal_size: '2MB',
  // After a cut of two hours a standby still finds its place in the log: no slot, no new copy.
  wal_keep_size: '16MB',
  wal_level: 'replica',
  max_wal_senders: 8,
  max_replication_slots: 4,
  hot_standby: 'on',
  synchronous_commit: 'on',
  // The defaults let a cut link look like a working one for a minute.
  wal_sender_timeout: '3s',
  wal_receiver_timeout: '3s',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '500ms',
  // Shared memory as files in the data folder: removed with it, whatever became of the processes.
  dynamic_shared_memory_type: 'mmap',
  restart_after_crash: 'on',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_timezone: 'UTC',
  timezone: 'UTC',
  // Everybody comes by TCP, and a socket's folder might have a path that is too long for a socket.
  unix_socket_directories: '',
};

/** What else they share, by the version that brought it. */
const NEWER_SETTINGS: ReadonlyMap<number, Settings> = new Map([
  // The observer's; in an older version the limit of the load's user has to do.
  [16, { reserved_connections: 6 }],
  // No workers that only read.
  [18, { io_method: 'sync' }],
]);

/** All that servers of that version (`18`) share. */
export function sharedSettings(majorVersion: number): Settings {
  const newer = [...NEWER_SETTINGS].filter(([since]) => since <= majorVersion);
  return Object.assign({}, SHARED_SETTINGS, ...newer.map(([, settings]) => settings));
}

/** What is a server's own. `ANY 1` of the standbys confirms a commit: one may be away, without both none commits. */
export function serverSettings(name: string, listen: Address): Settings {
  return {
    cluster_name: name,
    listen_addresses: listen.host,
    port: listen.port,
    synchronous_standby_names: `ANY 1 (${STANDBYS.join(', ')})`,
  };
}

/**
 * A standby's source. The name is what `synchronous_standby_names` asks for. There is no `connect_timeout`: a WAL
 * receiver does not heed it (18.4, tried against a listener that never answers), so one that dials into a cut
 * waits until that connection is reset. What TCP sends and nobody acknowledges it gives up after 3 s.
 */
export function standbySettings(name: string, primary: Address): Settings {
  const conninfo = {
    host: primary.host,
    port: primary.port,
    user: REPLICATION_USER,
    application_name: name,
    sslmode: 'disable',
    gssencmode: 'disable',
    tcp_user_timeout: 3_000,
  };
  const text = Object.entries(conninfo).map(([key, value]) => `${key}=${value}`);
  return { primary_conninfo: text.join(' ') };
}

/** As lines of `postgresql.conf`. */
export function settingsFile(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');
}

/**
 * `pg_hba.conf`. No password, but no power either: who connects is one of three users, none of them a superuser, in a throw-away database without secrets. The superuser, who could run programs as the
 * server's user, cannot log in at all. A password would have to reach nodes, client and every observer, and its
 * scram exchange costs more than the rest of a connection.
 * @param from whom it lets in: loopback, or (`samenet`) the instance's own network
 */
export function accessFile(from: '127.0.0.1/32' | 'samenet'): string {
  return `\
host postgres ${LOAD_USER},${OBSERVER_USER} ${from} trust
host replication ${REPLICATION_USER} ${from} trust
`;
}
