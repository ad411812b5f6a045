import { type NetworkPartitionParams, networkPartitionParams } from '@ordeal/catalogue';
import {
  CLIENT_ROLE,
  type Fault,
  type FaultPlan,
  type FaultSite,
  type Finding,
  type Link,
  type LinkRule,
  OrdealError,
  type Random,
  type Topology,
} from '@ordeal/core';
import { byName, chooseTarget } from './choose-target.ts';
import { isPingable, linkName, pingableLinks, pingDirect, pingThrough } from './link-pings.ts';

/** Many times what a round trip on loopback takes, and short enough to look again within the budget. */
const SILENCE_MS = 400;
const ANSWER_MS = 2_000;

type Cut = Extract<LinkRule, { kind: 'cut' }>;

export interface NetworkPartitionPlan extends FaultPlan {
  readonly type: 'network_partition';
  readonly params: NetworkPartitionParams;
  readonly rules: readonly Cut[];
}

/** Cuts one node off from some or all of its peers, and from the clients if asked to. */
export const networkPartition: Fault<NetworkPartitionPlan> = {
  type: 'network_partition',
  needs: ['links'],

  plan(input) {
    const target = chooseTarget(input);
    const params = networkPartitionParams.parse(input.params);
    const { topology } = input;
    const peers = new Set(choosePeers(topology, target.name, params, input.random));
    const links = topology.links.filter(
      ({ from, to }) => (from === target.name && peers.has(to)) || (to === target.name && peers.has(from)),
    );
    if (links.length === 0) {
      throw new OrdealError(
        'UNSUPPORTED',
        `${target.name} has no links to cut with ${params.peers} of its peers`,
      );
    }
    pingableLinks(topology, links);
    return {
      version: 1,
      type: 'network_partition',
      injection: input.injection,
      targets: [target],
      params,
      rules: links.map((link) => ({
        kind: 'cut',
        link,
        direction: directionOnLink(link, target.name, params.direction),
      })),
    };
  },

  async apply({ injection, rules }, { instance }) {
    await instance.shape(injection, rules);
  },

  async active(plan, site, signal) {
    return lookAtAll(plan, site, async (link) => {
      const [through, direct] = await Promise.all([
        pingThrough(site, link, SILENCE_MS, signal),
        pingDirect(site, link.to, SILENCE_MS, signal),
      ]);
      // Silence through the link is evidence only while the node itself speaks: a dead or stalled one is silent, too.
      const holds = through.kind === 'silent' && direct.kind === 'answered';
      return { holds, evidence: { link: linkName(link), through, direct } };
    });
  },

  async undo({ injection }, { instance }) {
    await instance.unshape(injection);
  },

  async gone(plan, site, signal) {
    return lookAtAll(plan, site, async (link) => {
      const through = await pingThrough(site, link, ANSWER_MS, signal);
      return { holds: through.kind === 'answered', evidence: { link: linkName(link), through } };
    });
  },
};

/** The nodes on the other side, sorted by name and drawn from there; the clients beside them when asked for. */
function choosePeers(
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

/** `in` and `out` are seen from the target; forward and backward from whoever dials. */
function directionOnLink(
  link: Link,
  target: string,
  direction: NetworkPartitionParams['direction'],
): Cut['direction'] {
  if (direction === 'both') return 'both';
  const flowsToTarget = link.to === target ? 'forward' : 'backward';
  const flowsFromTarget = link.to === target ? 'backward' : 'forward';
  return direction === 'in' ? flowsToTarget : flowsFromTarget;
}

async function lookAtAll(
  plan: NetworkPartitionPlan,
  { instance }: FaultSite,
  look: (link: Link) => Promise<Finding>,
): Promise<Finding> {
  const links = plan.rules.map(({ link }) => link).filter((link) => isPingable(instance.topology, link));
  const findings = await Promise.all(links.map(look));
  return {
    holds: findings.length > 0 && findings.every(({ holds }) => holds),
    evidence: { links: findings.map(({ evidence }) => evidence) },
  };
}
