import { type Address, type FaultSite, type Link, OrdealError, type Topology } from '@ordeal/core';

/** Who has not answered by then is silent: many times a round trip on loopback, and short enough to look again. */
export const SILENCE_MS = 400;

/**
 * Those of the links that a ping can go through: not every port of a node answers one.
 * @throws OrdealError UNSUPPORTED when there is none, and nothing could ever show that a fault on these links bites.
 */
export function pingableLinks(topology: Topology, links: readonly Link[]): Link[] {
  const pingable = links.filter((link) => isPingable(topology, link));
  if (pingable.length === 0) {
    const names = links.map(linkName).join(', ');
    throw new OrdealError('UNSUPPORTED', `nothing can be seen of a fault on these links: ${names}`);
  }
  return pingable;
}

function isPingable(topology: Topology, link: Link): boolean {
  return topology.nodes.some(
    ({ name, ports, pingable = ports.slice(0, 1) }) => name === link.to && pingable.includes(link.port),
  );
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

/** An address at which a node is asked: past all links, or through one. */
export interface Route {
  readonly node: string;
  readonly address: Address;
}

/** The way that the link's dialler takes. */
export function routeThrough({ instance }: FaultSite, link: Link): Route {
  return { node: link.to, address: instance.dial(link) };
}

/** To the node's own address, which no link fault touches. @throws OrdealError UNSUPPORTED for a node without ports. */
export function routeTo({ instance }: FaultSite, node: string): Route {
  const spec = instance.topology.nodes.find(({ name }) => name === node);
  const port = (spec?.pingable ?? spec?.ports)?.[0];
  if (port === undefined) throw new OrdealError('UNSUPPORTED', `${node} has no port that answers a ping`);
  return { node, address: instance.observer.address(node, port) };
}

/**
 * Routes that a fault on these links is not on, to compare one of them with: the listening node itself, which may be
 * slow, and another link where there is one, which has the same hops. A machine that is too busy slows down each
 * hop, and without that comparison a link would look slow because it has more of them.
 * @returns the node's, then that of the other link if there is one
 */
export function routesBeside(site: FaultSite, link: Link, touched: readonly Link[]): Route[] {
  const names = new Set(touched.map(linkName));
  const { topology } = site.instance;
  const untouched = topology.links.find(
    (other) => isPingable(topology, other) && !names.has(linkName(other)),
  );
  const direct = routeTo(site, link.to);
  return untouched === undefined ? [direct] : [direct, routeThrough(site, untouched)];
}

/** What one ping, or one transfer, did. A refusal is an answer of its own kind: only silence speaks for a cut. */
export type PingResult =
  | { readonly kind: 'answered'; readonly ms: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'failed'; readonly error: string };

/** One application round trip. */
export function ping(
  { probe }: FaultSite,
  { node, address }: Route,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<PingResult> {
  return answerWithin(timeoutMs, signal, (deadline) => probe.ping(node, address, deadline));
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

/** The first thing that went wrong, for the evidence; undefined when all were answered. */
export function problemIn(results: readonly PingResult[]): string | undefined {
  const wrong = results.find(({ kind }) => kind !== 'answered');
  if (wrong === undefined || wrong.kind === 'answered') return undefined;
  return wrong.kind === 'silent' ? 'no answer in time' : wrong.error;
}
