import type { FaultSite, Finding, JsonObject, NodeLook } from '@ordeal/core';
import { ping, routeTo } from './link-pings.ts';

const PING_TIMEOUT_MS = 2_000;

/** A finding about one node, with what was seen of its processes. */
export function nodeFinding(holds: boolean, node: string, look: NodeLook, more: JsonObject = {}): Finding {
  const { incarnation, members, stopped } = look;
  return { holds, evidence: { node, incarnation, members, stopped, ...more } };
}

/** One look: is the node up, all of it, and does it answer at its own address? */
export async function findRunning(site: FaultSite, node: string, signal: AbortSignal): Promise<Finding> {
  const look = await site.instance.look(node);
  if (look.incarnation === null || look.stopped > 0) return nodeFinding(false, node, look);
  if (!answersPings(site, node)) return nodeFinding(true, node, look);
  const answer = await ping(site, routeTo(site, node), PING_TIMEOUT_MS, signal);
  return nodeFinding(answer.kind === 'answered', node, look, { ping: answer });
}

/** A client listens to nobody: that it runs is all there is to see. */
export function answersPings({ instance }: FaultSite, node: string): boolean {
  return instance.topology.nodes.some(
    ({ name, ports, pingable = ports }) => name === node && pingable.length > 0,
  );
}
