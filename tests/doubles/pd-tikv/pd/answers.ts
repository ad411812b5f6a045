import { type Cluster, type KnownStore, MAX_REPLICAS, stateOf } from './cluster.ts';

/** PD's answers, in the shape of the real ones: what is zero is left out, and sizes are text. */
export function answerOf(cluster: Cluster, path: string): unknown {
  switch (path) {
    case '/pd/api/v1/stores':
      return {
        count: cluster.stores.length,
        stores: cluster.stores.map((store) => describeStore(cluster, store)),
      };
    case '/pd/api/v1/stats/region':
      return describeRegions(cluster);
    case '/pd/api/v1/regions/check/miss-peer':
      return regionsIf(cluster, ({ peers }) => peers.length < MAX_REPLICAS);
    case '/pd/api/v1/regions/check/pending-peer':
      return regionsIf(cluster, ({ pending }) => pending.length > 0);
    default:
      return undefined;
  }
}

type Region = NonNullable<Cluster['region']>;
const REGION_ID = 2;

function describeStore({ region }: Cluster, store: KnownStore): object {
  return {
    store: {
      id: store.id,
      address: store.address,
      status_address: store.statusAddress,
      version: 'double',
      last_heartbeat: store.lastHeartbeatMs * 1e6,
      state_name: stateOf(store),
    },
    status: {
      capacity: sizeText(store.capacityBytes),
      available: sizeText(store.availableBytes),
      used_size: sizeText(store.capacityBytes - store.availableBytes),
      ...unlessZero('leader_count', region?.leader === store.address ? 1 : 0),
      ...unlessZero('region_count', region?.peers.includes(store.address) === true ? 1 : 0),
      start_ts: new Date(store.startedAtMs).toISOString(),
      last_heartbeat_ts: new Date(store.lastHeartbeatMs).toISOString(),
    },
  };
}

function describeRegions({ stores, region }: Cluster): object {
  const idOf = new Map(stores.map(({ address, id }) => [address, String(id)]));
  const ids = (addresses: readonly string[]) =>
    Object.fromEntries(addresses.map((address) => [idOf.get(address) ?? '0', 1]));
  return {
    count: region === null ? 0 : 1,
    ...unlessZero('empty_count', region === null ? 0 : 1),
    storage_size: 1,
    storage_keys: 0,
    store_leader_count: region === null ? {} : ids([region.leader]),
    store_peer_count: region === null ? {} : ids(region.peers),
  };
}

function regionsIf({ region }: Cluster, isMeant: (region: Region) => boolean): object {
  if (region === null || !isMeant(region)) return { count: 0, regions: [] };
  return { count: 1, regions: [{ id: REGION_ID }] };
}

function unlessZero(name: string, count: number): object {
  return count === 0 ? {} : { [name]: count };
}

/** Four digits and a binary unit, as PD writes it. */
function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(5, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1_024 ** power).toPrecision(4))}${['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][power]}`;
}
