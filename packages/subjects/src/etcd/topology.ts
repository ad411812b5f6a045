import { CLIENT_ROLE, type Topology } from '@ordeal/core';

export const MEMBERS = ['etcd-1', 'etcd-2', 'etcd-3'] as const;
export const CLIENT_PORT = 'client';
export const PEER_PORT = 'peer';
/** As published by IANA, and as everybody has them. */
export const PORTS = { [CLIENT_PORT]: 2379, [PEER_PORT]: 2380 } as const;

/** What a supervisor waits before it starts a dead node again, as systemd units and container engines are set to. */
const restartDelayMs = 1_000;

/** Every member dials every other, to send it what it has; the client dials them all. */
export const topology: Topology = {
  nodes: [
    ...MEMBERS.map((name) => ({
      name,
      role: 'follower',
      ports: [CLIENT_PORT, PEER_PORT],
      pingable: [CLIENT_PORT, PEER_PORT],
      restartDelayMs,
      // Two segments of the log, of 64 MB each, are set aside from the start.
      volume: { path: 'data', sizeMb: 256 },
    })),
    { name: 'client', role: CLIENT_ROLE, ports: [], restartDelayMs },
  ],
  links: [
    ...MEMBERS.flatMap((from) =>
      MEMBERS.filter((to) => to !== from).map((to) => ({ from, to, port: PEER_PORT })),
    ),
    ...MEMBERS.map((to) => ({ from: 'client', to, port: CLIENT_PORT })),
  ],
};
