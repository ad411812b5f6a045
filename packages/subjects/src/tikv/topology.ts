import type { Link, NodeSpec, Topology } from '@ordeal/core';

/** Placement drivers: they keep the time and the map of the cluster, on an etcd of their own. */
export const PLACEMENT_DRIVERS = ['pd0', 'pd1', 'pd2'] as const;
export const STORES = ['tikv0', 'tikv1', 'tikv2'] as const;

/** PD serves HTTP and gRPC to everyone on the first, and its etcd talks to its peers on the second. */
export const PD_PORTS = { client: 2379, peer: 2380 } as const;
/** TiKV serves gRPC to clients, PD and other stores on the first, and says on the second how it is. */
export const STORE_PORTS = { grpc: 20_160, status: 20_180 } as const;

/** What a supervisor waits before it starts a dead node again, as systemd units and container engines are set to. */
const restartDelayMs = 1_000;

const placementDriver = (name: string): NodeSpec => ({
  name,
  role: 'pd',
  ports: Object.keys(PD_PORTS),
  pingable: Object.keys(PD_PORTS),
  restartDelayMs,
  // Its etcd reserves 64 MiB for each piece of its log, and the map of a small cluster takes a few more.
  volume: { path: 'data', sizeMb: 512 },
});

const store = (name: string): NodeSpec => ({
  name,
  role: 'tikv',
  ports: Object.keys(STORE_PORTS),
  restartDelayMs,
  // TiKV holds back what settings.ts says; below 2 GiB it would be nearly full before anything is written.
  volume: { path: 'data', sizeMb: 2_048 },
});

/** Everybody dials every other one: a cut between two nodes leaves no way around. There is no client. */
export const topology: Topology = {
  nodes: [...PLACEMENT_DRIVERS.map(placementDriver), ...STORES.map(store)],
  links: [
    ...linksBetween(PLACEMENT_DRIVERS, PLACEMENT_DRIVERS, Object.keys(PD_PORTS)),
    ...linksBetween(STORES, PLACEMENT_DRIVERS, ['client']),
    ...linksBetween(STORES, STORES, ['grpc']),
    // The leading PD reads a store's settings.
    ...linksBetween(PLACEMENT_DRIVERS, STORES, ['status']),
  ],
};

function linksBetween(
  dialers: readonly string[],
  listeners: readonly string[],
  ports: readonly string[],
): Link[] {
  return dialers.flatMap((from) =>
    listeners.filter((to) => to !== from).flatMap((to) => ports.map((port) => ({ from, to, port }))),
  );
}
