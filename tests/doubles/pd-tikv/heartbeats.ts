/** What stores tell PD in this double, in place of gRPC. Stores are named by their advertised addresses. */
export interface StoreHeartbeat {
  readonly address: string;
  readonly statusAddress: string;
  readonly startedAtMs: number;
  readonly capacityBytes: number;
  readonly availableBytes: number;
}

export interface StoreOrders {
  /** Nobody has a region yet: this store begins the cluster. */
  readonly bootstrap: boolean;
}

/** Sent by the store that leads the region. */
export interface RegionHeartbeat {
  readonly leader: string;
  readonly term: number;
  readonly peers: readonly string[];
  /** Peers that have not answered their leader yet. */
  readonly pending: readonly string[];
}

export interface RegionOrders {
  readonly addPeer: string | null;
}
