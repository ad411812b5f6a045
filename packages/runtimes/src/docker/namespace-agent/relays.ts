import { LinkProxy } from '../../link-proxy/link-proxy.ts';
import type { AgentLook, AgentPeer } from './protocol.ts';

/**
 * Ports of this namespace, open to all, from which connections go on to an address, as if the namespace's own node
 * had dialled it: who cannot look into the namespace can try the way out of it.
 */
export class Relays {
  readonly #all = new Map<string, { readonly to: AgentPeer; readonly relay: Promise<LinkProxy> }>();

  /** The port of the relay to the address, opened at the first call. */
  async open(to: AgentPeer): Promise<number> {
    const key = `${to.host} ${to.port}`;
    const known = this.#all.get(key);
    if (known !== undefined) return (await known.relay).address.port;
    const relay = LinkProxy.open(to, '0.0.0.0');
    this.#all.set(key, { to, relay });
    // The next one who asks tries again.
    relay.catch(() => this.#all.delete(key));
    return (await relay).address.port;
  }

  look(): Promise<AgentLook['relays'][number][]> {
    return Promise.all(
      [...this.#all.values()].map(async ({ to, relay }) => ({ to, port: (await relay).address.port })),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].map(async ({ relay }) => (await relay).close()));
    this.#all.clear();
  }
}
