import { type FaultSite, type Link, OrdealError, type Topology } from '@ordeal/core';

/** Who has not answered by then is silent: many times a round trip on loopback, and short enough to look again. */
export const SILENCE_MS = 400;

/**
 * Those of the links that a ping can go through: only a node's first port answers one.
 * @throws OrdealError UNSUPPORTED when there is none, and nothing could ever show that a fault on these links bites.
 */
export function pingableLinks(topology: Topology, links: readonly Link[]): Link[] {
  const pingable = links.filter((link) =>
    topology.nodes.some(({ name, ports }) => name === link.to && ports[0] === link.port),
  );
  if (pingable.length === 0) {
    const names = links.map(linkName).join(', ');
    throw new OrdealError('UNSUPPORTED', `nothing can be seen of a fault on these links: ${names}`);
  }
  return pingable;
}

/** The node's links, to it and from it. @throws OrdealError UNSUPPORTED when there are none, or no ping could see a fault on them. */
export function linksOf(topology: Topology, node: string): Link[] {
  const links = topology.links.filter(({ from, to }) => from === node || to === node);
  if (links.length === 0) throw new OrdealError('UNSUPPORTED', `${node} has no links for a fault to be on`);
  pingableLinks(topology, links);
  return links;
}

export function linkName({ from, to, port }: Link): string {
  return `${from} -> ${to}:${port}`;
}

/** What one ping, or one transfer, did. A refusal is an answer of its own kind: only silence speaks for a cut. */
export type PingResult =
  | { readonly kind: 'answered'; readonly ms: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'failed'; readonly error: string };

/** One application round trip through the link, the way that its dialler takes. */
export function pingThrough(
  { instance, probe }: FaultSite,
  link: Link,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<PingResult> {
  return answerWithin(timeoutMs, signal, (deadline) => probe.ping(link.to, instance.dial(link), deadline));
}

/** One application round trip to the node's own address, which no link fault touches. */
export function pingDirect(
  { instance, probe }: FaultSite,
  node: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<PingResult> {
  return answerWithin(timeoutMs, signal, (deadline) =>
    probe.ping(node, instance.observer.address(node, firstPort(instance.topology, node)), deadline),
  );
}

/** @throws OrdealError UNSUPPORTED for a node without ports. */
export function firstPort(topology: Topology, node: string): string {
  const port = topology.nodes.find(({ name }) => name === node)?.ports[0];
  if (port === undefined) throw new OrdealError('UNSUPPORTED', `${node} has no port that answers a ping`);
  return port;
}

/** Whether, how soon or how not the other side answers. @throws the signal's reason when the look is called off. */
export async function answerWithin(
  timeoutMs: number,
  signal: AbortSignal,
  ask: (deadline: AbortSignal) => Promise<number>,
): Promise<PingResult> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return { kind: 'answered', ms: await ask(AbortSignal.any([signal, timeout])) };
  } catch (error) {
    // A look that was called off has seen nothing, silence least of all.
    signal.throwIfAborted();
    if (timeout.aborted) return { kind: 'silent' };
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}

/** What went wrong with a ping, for the evidence; undefined when it was answered. */
export function problemOf(result: PingResult, whom: string): string | undefined {
  switch (result.kind) {
    case 'answered':
      return undefined;
    case 'silent':
      return `${whom}: no answer in time`;
    case 'failed':
      return `${whom}: ${result.error}`;
  }
}
