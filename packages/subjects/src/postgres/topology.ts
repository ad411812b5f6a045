import { CLIENT_ROLE, type NodeSpec, type Topology, type VolumeSpec } from '@ordeal/core';

export const PRIMARY = 'postgres0';
export const STANDBYS = ['postgres1', 'postgres2'] as const;
export const SQL_PORT = 'sql';

/** What a supervisor waits before it starts a dead node again, as systemd units and container engines are set to. */
const restartDelayMs = 1_000;

/**
 * A fresh server has 25 MB in it. The load adds 2.3 kB of log a second, up to 24 MB, and 0.8 kB of rows: a trial of
 * two hours comes to 73 % by itself.
 */
export const SERVER_VOLUME: VolumeSpec = { path: 'data', sizeMb: 64 };

function server(name: string, role: 'primary' | 'standby'): NodeSpec {
  return { name, role, ports: [SQL_PORT], restartDelayMs, volume: SERVER_VOLUME };
}

/**
 * Standbys dial the primary, and the log flows down the connection that they opened; between the standbys there
 * is no line. The client dials every server.
 */
export const topology: Topology = {
  nodes: [
    server(PRIMARY, 'primary'),
    ...STANDBYS.map((name) => server(name, 'standby')),
    { name: 'client', role: CLIENT_ROLE, ports: [], restartDelayMs },
  ],
  links: [
    ...STANDBYS.map((from) => ({ from, to: PRIMARY, port: SQL_PORT })),
    ...[PRIMARY, ...STANDBYS].map((to) => ({ from: 'client', to, port: SQL_PORT })),
  ],
};
