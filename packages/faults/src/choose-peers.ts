import type { NetworkPartitionParams } from '@ordeal/catalogue';
import { CLIENT_ROLE, type Random, type Topology } from '@ordeal/core';
import { byName } from './choose-target.ts';

/** The nodes on the other side, sorted by name and drawn from there; the clients beside them when asked for. */
export function choosePeers(
  { nodes, links }: Topology,
  target: string,
  params: NetworkPartitionParams,
  random: Random,
): string[] {
  const linked = nodes
    .filter(({ name }) => name !== target)
    .filter(({ name }) =>
      links.some(({ from, to }) => (from === name && to === target) || (from === target && to === name)),
    )
    .toSorted(byName);
  const peers = linked.filter(({ role }) => role !== CLIENT_ROLE);
  const clients = params.clients ? linked.filter(({ role }) => role === CLIENT_ROLE) : [];
  const chosen = shuffled(peers, random).slice(0, countOf(params.peers, peers.length));
  return [...chosen, ...clients].map(({ name }) => name);
}

/** How many of the peers; a minority is at least one, or nothing would happen. */
function countOf(peers: NetworkPartitionParams['peers'], of: number): number {
  const majority = Math.floor(of / 2) + 1;
  switch (peers) {
    case 'all':
      return of;
    case 'majority':
      return majority;
    case 'minority':
      return Math.max(1, of - majority);
    case 'one':
      return 1;
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
}
