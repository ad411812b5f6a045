import { isIPv6 } from 'node:net';
import { LinkProxy } from '../../link-proxy/link-proxy.ts';
import { fromPeer, toPeer } from './packet-rules.ts';
import type { AgentLook, AgentPeer, AgentRule } from './protocol.ts';
import type { Chain } from './rule-set.ts';
import { runProgram } from './run-program.ts';

interface PeerProxy {
  readonly peer: AgentPeer;
  readonly proxy: LinkProxy;
  /** Whose rules it has. While there are none, nobody is led through it. */
  readonly injections: Set<string>;
}

/**
 * Proxies in the namespace through which new connections to a peer are led, unknown to whoever dials. A proxy whose
 * last rule is taken away lives until its last connection ends: these go on, without delay or limit.
 *
 * The proxy's own connections must not be led back to it. They go to the peer at the port that the proxy itself
 * listens on, which the kernel turns into the peer's real one. So it takes neither a user nor a mark of its own to
 * tell them apart, and what the agent itself dials for a relay takes the way of everybody else.
 */
export class PeerProxies {
  readonly #all = new Map<string, PeerProxy>();

  /** Puts the injection's rules in place of those that it has; returns peers that nobody was led away from before. */
  async shape(injection: string, rules: readonly AgentRule[]): Promise<AgentPeer[]> {
    const perPeer = Map.groupBy(rules, ({ peer }) => keyOf(peer));
    const fresh: AgentPeer[] = [];
    for (const [key, [first, ...more]] of perPeer) {
      if (first === undefined) continue;
      const one = this.#all.get(key) ?? (await this.#open(first.peer));
      if (!isUsed(one)) fresh.push(first.peer);
      one.injections.add(injection);
      one.proxy.shape(injection, [first, ...more]);
    }
    for (const [key, one] of this.#all) if (!perPeer.has(key)) leave(one, injection);
    return fresh;
  }

  unshape(injection: string): void {
    for (const one of this.#all.values()) leave(one, injection);
  }

  /** What leads connections to peers of one address family through their proxies. */
  chains(belongs: (peer: AgentPeer) => boolean): Chain[] {
    const all = [...this.#all.values()].filter((one) => isNeeded(one) && belongs(one.peer));
    if (all.length === 0) return [];
    const used = all.filter(isUsed);
    // A flow past the proxy is older than the redirection. A reset must pass, or it would never end.
    const stale = '--tcp-flags RST NONE -m conntrack ! --ctstate DNAT';
    const reset = '-j REJECT --reject-with tcp-reset';
    const chains: Chain[] = [
      {
        table: 'nat',
        hook: 'OUTPUT',
        name: 'proxied',
        // While there is no rule that needs it the kernel tracks no connections, and forgets where they are led.
        rules: [...used.map(redirection), ...all.map(wayOn)],
      },
      {
        table: 'filter',
        hook: 'OUTPUT',
        name: 'stale-out',
        rules: used.map(({ peer }) => `${toPeer(peer)} ${stale} ${reset}`),
      },
      {
        table: 'filter',
        hook: 'INPUT',
        name: 'stale-in',
        rules: used.map(({ peer }) => `${fromPeer(peer)} ${stale} ${reset}`),
      },
    ];
    return chains.filter(({ rules }) => rules.length > 0);
  }

  /** Ends the proxies that nobody is led to any more, once their chains are gone. */
  async retire(): Promise<void> {
    const unneeded = [...this.#all].filter(([, one]) => !isNeeded(one));
    for (const [key] of unneeded) this.#all.delete(key);
    await Promise.all(unneeded.map(([, { proxy }]) => proxy.close()));
  }

  look(): AgentLook['proxies'] {
    return [...this.#all.values()].map((one) => ({
      peer: one.peer,
      isInUse: isUsed(one),
      connections: one.proxy.connections,
    }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].map(({ proxy }) => proxy.close()));
    this.#all.clear();
  }

  async #open(peer: AgentPeer): Promise<PeerProxy> {
    const loopback = isIPv6(peer.host) ? '::1' : '127.0.0.1';
    const proxy = await LinkProxy.open(({ port }) => ({ host: peer.host, port }), loopback);
    const one = { peer, proxy, injections: new Set<string>() };
    this.#all.set(keyOf(peer), one);
    return one;
  }
}

/**
 * Resets the connections from this namespace to the peers, at both ends, so that they are made anew through the proxy.
 * Not every kernel can do that: what is left is reset with its next packet, see the stale chains.
 */
export async function resetFlows(peers: readonly AgentPeer[]): Promise<void> {
  if (peers.length === 0) return;
  const filter = peers.map(({ host, port }) => {
    const to = isIPv6(host) ? `[${host}]` : host;
    return `( dst ${to} and dport = :${port} )`;
  });
  await runProgram('ss', ['-K', '-H', '-n', '-t', 'state', 'connected', filter.join(' or ')]);
}

function leave({ injections, proxy }: PeerProxy, injection: string): void {
  if (injections.delete(injection)) proxy.unshape(injection);
}

function isUsed({ injections }: PeerProxy): boolean {
  return injections.size > 0;
}

function isNeeded(one: PeerProxy): boolean {
  return isUsed(one) || one.proxy.connections > 0;
}

function redirection({ peer, proxy }: PeerProxy): string {
  return `${toPeer(peer)} -j REDIRECT --to-ports ${proxy.address.port}`;
}

/** From the proxy to the peer. */
function wayOn({ peer: { host, port }, proxy }: PeerProxy): string {
  const to = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  return `${toPeer({ host, port: proxy.address.port })} -j DNAT --to-destination ${to}`;
}

function keyOf({ host, port }: AgentPeer): string {
  return `${host} ${port}`;
}
