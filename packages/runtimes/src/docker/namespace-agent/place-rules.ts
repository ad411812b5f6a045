import type { Link, LinkRule } from '@ordeal/core';
import type { AgentRule } from './protocol.ts';

/** Where nodes are, as their peers see them: IP addresses, and the ports that the subject listens on. */
export interface NodePlaces {
  host(node: string): string;
  port(node: string, port: string): number;
}

/**
 * Which node's agent is told which rules. What concerns a link stands in the namespace of its dialler; a loss stands
 * at both ends, for packets are lost where they arrive.
 */
export function rulesPerNode(rules: readonly LinkRule[], places: NodePlaces): Map<string, AgentRule[]> {
  const perNode = new Map<string, AgentRule[]>();
  const add = (node: string, rule: AgentRule) => perNode.set(node, [...(perNode.get(node) ?? []), rule]);
  for (const rule of rules) {
    const { from, to } = rule.link;
    const peer = listenerOf(rule.link, places);
    if (rule.kind !== 'loss') {
      add(from, { ...rule, peer });
      continue;
    }
    add(from, { ...rule, peer, end: 'dialler' });
    add(to, { ...rule, peer: { ...peer, host: places.host(from) }, end: 'listener' });
  }
  return perNode;
}

function listenerOf({ to, port }: Link, places: NodePlaces) {
  return { host: places.host(to), port: places.port(to, port) };
}
