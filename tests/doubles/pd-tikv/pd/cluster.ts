import { DISCONNECTED_MS, DOWN_MS } from '../environment.ts';
import type { RegionHeartbeat, RegionOrders, StoreHeartbeat, StoreOrders } from '../heartbeats.ts';

/** What the leading PD knows, and hands to the others. */
export interface Cluster {
  readonly stores: readonly KnownStore[];
  readonly region: RegionHeartbeat | null;
}

export interface KnownStore extends StoreHeartbeat {
  readonly id: number;
  /** On the wall clock: the next leader judges by it, too. */
  readonly lastHeartbeatMs: number;
}

export const MAX_REPLICAS = 3;

export function withStore(
  cluster: Cluster,
  heartbeat: StoreHeartbeat,
): { cluster: Cluster; orders: StoreOrders } {
  const known = cluster.stores.find(({ address }) => address === heartbeat.address);
  const store = { ...heartbeat, id: known?.id ?? cluster.stores.length + 1, lastHeartbeatMs: Date.now() };
  const others = cluster.stores.filter(({ address }) => address !== heartbeat.address);
  return {
    cluster: { ...cluster, stores: [...others, store].toSorted((left, right) => left.id - right.id) },
    // The first one to come; should it die before it did so, it is asked again.
    orders: { bootstrap: cluster.region === null && store.id === 1 },
  };
}

/** One replica more at a time, on a store that is up. News of an older leader changes nothing. */
export function withRegion(
  cluster: Cluster,
  heartbeat: RegionHeartbeat,
): { cluster: Cluster; orders: RegionOrders } {
  if (cluster.region !== null && heartbeat.term < cluster.region.term)
    return { cluster, orders: { addPeer: null } };
  const isComplete = heartbeat.peers.length >= MAX_REPLICAS || heartbeat.pending.length > 0;
  const next = cluster.stores.find(
    (store) => stateOf(store) === 'Up' && !heartbeat.peers.includes(store.address),
  );
  return {
    cluster: { ...cluster, region: heartbeat },
    orders: { addPeer: isComplete ? null : (next?.address ?? null) },
  };
}

export function stateOf({ lastHeartbeatMs }: KnownStore): 'Up' | 'Disconnected' | 'Down' {
  const silentMs = Date.now() - lastHeartbeatMs;
  if (silentMs > DOWN_MS) return 'Down';
  return silentMs > DISCONNECTED_MS ? 'Disconnected' : 'Up';
}
