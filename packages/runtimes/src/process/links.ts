import { type Address, type Link, type LinkRule, OrdealError, type Topology } from '@ordeal/core';
import { LinkProxy } from '../link-proxy/link-proxy.ts';

/** The fault proxies of one instance, one per link of its topology. */
export class Links {
  readonly #proxies = new Map<string, LinkProxy>();

  /** Opens one listener per link. What is open already when one fails is closed by {@link close}. */
  async open(topology: Topology, addressOf: (node: string, port: string) => Address): Promise<void> {
    for (const link of topology.links) {
      this.#proxies.set(keyOf(link), await LinkProxy.open(addressOf(link.to, link.port)));
    }
  }

  /** @throws OrdealError BAD_INPUT when the topology has no such link. */
  dial(link: Link): Address {
    return this.#proxy(link).address;
  }

  /**
   * Checks every rule before it sets the first.
   * @throws OrdealError BAD_INPUT when the topology has no such link; UNSUPPORTED for what a TCP proxy cannot do
   */
  shape(injection: string, rules: readonly LinkRule[]): void {
    if (rules.some(({ kind }) => kind === 'loss')) {
      throw new OrdealError('UNSUPPORTED', 'a TCP proxy carries streams, and has no packets to lose');
    }
    const perProxy = Map.groupBy(rules, (rule) => this.#proxy(rule.link));
    for (const proxy of this.#proxies.values()) {
      const own = perProxy.get(proxy);
      if (own === undefined) proxy.unshape(injection);
      else proxy.shape(injection, own);
    }
  }

  unshape(injection: string): void {
    for (const proxy of this.#proxies.values()) proxy.unshape(injection);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
  }

  #proxy(link: Link): LinkProxy {
    const proxy = this.#proxies.get(keyOf(link));
    if (proxy === undefined) {
      throw new OrdealError('BAD_INPUT', `there is no link from ${link.from} to ${link.to} (${link.port})`);
    }
    return proxy;
  }
}

function keyOf({ from, to, port }: Link): string {
  return JSON.stringify([from, to, port]);
}
