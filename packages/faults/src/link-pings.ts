import { type FaultSite, type Link, OrdealError, type Topology } from '@ordeal/core';

/** A link that a ping can go through: only a node's first port answers one. */
export function isPingable(topology: Topology, link: Link): boolean {
  return topology.nodes.some(({ name, ports }) => name === link.to && ports[0] === link.port);
}

/** @throws OrdealError UNSUPPORTED when no ping could ever show that the fault on these links bites. */
export function pingableLinks(topology: Topology, links: readonly Link[]): Link[] {
  const pingable = links.filter((link) => isPingable(topology, link));
  if (pingable.length === 0) {
    const names = links.map(linkName).join(', ');
    throw new OrdealError('UNSUPPORTED', `nothing can be seen of a fault on these links: ${names}`);
  }
  return pingable;
}

export function linkName({ from, to, port }: Link): string {
  return `${from} -> ${to}:${port}`;
}

/** What one ping did. A refusal is an answer of its own kind: only silence speaks for a cut. */
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
  return pingWithin(timeoutMs, signal, (deadline) => probe.ping(link.to, instance.dial(link), deadline));
}

/** One application round trip to the node's own address, which no link fault touches. */
export function pingDirect(
  { instance, probe }: FaultSite,
  node: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<PingResult> {
  return pingWithin(timeoutMs, signal, (deadline) =>
    probe.ping(node, instance.observer.address(node, firstPort(instance.topology, node)), deadline),
  );
}

/** @throws OrdealError UNSUPPORTED for a node without ports. */
function firstPort(topology: Topology, node: string): string {
  const port = topology.nodes.find(({ name }) => name === node)?.ports[0];
  if (port === undefined) throw new OrdealError('UNSUPPORTED', `${node} has no port that answers a ping`);
  return port;
}

async function pingWithin(
  timeoutMs: number,
  signal: AbortSignal,
  ping: (deadline: AbortSignal) => Promise<number>,
): Promise<PingResult> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return { kind: 'answered', ms: await ping(AbortSignal.any([signal, timeout])) };
  } catch (error) {
    // A look that was called off has seen nothing, silence least of all.
    signal.throwIfAborted();
    if (timeout.aborted) return { kind: 'silent' };
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}
