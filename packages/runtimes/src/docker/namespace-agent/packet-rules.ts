import { createHash } from 'node:crypto';
import type { AgentRule } from './protocol.ts';
import type { Chain } from './rule-set.ts';

type PacketRule = Extract<AgentRule, { kind: 'cut' | 'loss' }>;

/** True for what the packet filter does by itself: it drops packets, of flows that are established as well. */
export function isPacketRule(rule: AgentRule): rule is PacketRule {
  return rule.kind === 'cut' || rule.kind === 'loss';
}

/** The injection's own chains: one for what goes out, one for what comes in. */
export function packetChains(injection: string, rules: readonly PacketRule[]): Chain[] {
  const name = createHash('sha256').update(injection).digest('hex').slice(0, 12);
  const chains: Chain[] = [
    { table: 'filter', hook: 'OUTPUT', name: `${name}-out`, rules: rules.flatMap(dropsOut) },
    { table: 'filter', hook: 'INPUT', name: `${name}-in`, rules: rules.flatMap(dropsIn) },
  ];
  return chains.filter((chain) => chain.rules.length > 0);
}

function dropsOut(rule: PacketRule): string[] {
  if (rule.kind === 'loss' || rule.direction === 'backward') return [];
  return [`${toPeer(rule.peer)} -j DROP`];
}

/**
 * A loss only hits what arrives: a sender is told of what its own packet filter drops, and for TCP that was never sent
 * and needs no slowing down. At 30 %, 4 MB from one namespace to another took 31 ms (BBR) and 2.6 s (Reno) where the
 * sender dropped, and more than 20 s where the receiver did, as from a lossy cable.
 */
function dropsIn(rule: PacketRule): string[] {
  if (rule.kind === 'cut') return rule.direction === 'forward' ? [] : [`${fromPeer(rule.peer)} -j DROP`];
  const from = rule.end === 'dialler' ? fromPeer(rule.peer) : fromDialler(rule.peer);
  if (rule.percent === 100) return [`${from} -j DROP`];
  return [`${from} -m statistic --mode random --probability ${rule.percent / 100} -j DROP`];
}

type Peer = AgentRule['peer'];

/** Matches what goes to the listener, dialled from here. */
export function toPeer({ host, port }: Peer): string {
  return `-d ${host} -p tcp -m tcp --dport ${port}`;
}

/** Matches what comes from the listener, dialled from here. */
export function fromPeer({ host, port }: Peer): string {
  return `-s ${host} -p tcp -m tcp --sport ${port}`;
}

/** Matches what a dialler sends to a port of ours. */
function fromDialler({ host, port }: Peer): string {
  return `-s ${host} -p tcp -m tcp --dport ${port}`;
}
