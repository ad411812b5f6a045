import type { JsonObject } from '@ordeal/core';
import { describeFailure } from '../describe-failure.ts';
import {
  healthAnswer,
  membersAnswer,
  nodeOfStore,
  regionStatsAnswer,
  regionsAnswer,
  type StoreAnswer,
  storesAnswer,
} from './answers.ts';
import { PLACEMENT_DRIVERS, STORES } from './topology.ts';
import type { WholenessParts } from './wholeness.ts';

/** Each node by itself, and `cluster`: what PD makes of them. What does not answer says why. */
export async function captureState(parts: WholenessParts, signal: AbortSignal): Promise<JsonObject> {
  const { placementDriver } = parts;
  const stores = placementDriver.askCluster('stores', storesAnswer, signal).then((answer) => answer.stores);
  const seen = stores.catch((): StoreAnswer[] => []);
  const entries = await Promise.all([
    ...PLACEMENT_DRIVERS.map(
      async (name) => [name, await orFailure(captureMember(parts, name, signal))] as const,
    ),
    ...STORES.map(async (name) => {
      const store = (await seen).find((answer) => nodeOfStore(answer) === name);
      const own = await orFailure(captureStore(parts, name, signal));
      return [name, { ...own, ...(store === undefined ? {} : placementOf(store)) }] as const;
    }),
    orFailure(captureCluster(parts, signal)).then((cluster) => ['cluster', cluster] as const),
  ]);
  return Object.fromEntries(entries);
}

function orFailure(state: Promise<JsonObject>): Promise<JsonObject> {
  return state.catch((error: unknown) => ({ reachable: false, error: describeFailure(error) }));
}

async function captureMember(parts: WholenessParts, name: string, signal: AbortSignal): Promise<JsonObject> {
  const members = await parts.placementDriver.askMember(name, 'health', healthAnswer, signal);
  const healthy = members.filter(({ health }) => health).map((member) => member.name);
  return { reachable: true, finds_healthy: healthy };
}

async function captureStore(parts: WholenessParts, name: string, signal: AbortSignal): Promise<JsonObject> {
  await parts.reader.read(parts.observer.address(name, 'status'), '/status', signal);
  return { reachable: true };
}

/** What PD last heard of the store. */
function placementOf({ store, status }: StoreAnswer): JsonObject {
  return {
    store_id: store.id,
    state: store.state_name,
    last_heartbeat: new Date(store.last_heartbeat / 1e6).toISOString(),
    leaders: status.leader_count,
    regions: status.region_count,
    capacity_bytes: status.capacity ?? null,
    available_bytes: status.available ?? null,
    used_bytes: status.used_size ?? null,
  };
}

async function captureCluster({ placementDriver }: WholenessParts, signal: AbortSignal): Promise<JsonObject> {
  const [members, regions, missing, pending] = await Promise.all([
    placementDriver.askCluster('members', membersAnswer, signal),
    placementDriver.askCluster('stats/region', regionStatsAnswer, signal),
    placementDriver.askCluster('regions/check/miss-peer', regionsAnswer, signal),
    placementDriver.askCluster('regions/check/pending-peer', regionsAnswer, signal),
  ]);
  return {
    reachable: true,
    leader: members.leader.name,
    etcd_leader: members.etcd_leader?.name ?? null,
    regions: regions.count,
    empty_regions: regions.empty_count,
    regions_missing_a_replica: missing.count,
    regions_with_a_replica_behind: pending.count,
  };
}
