import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Address, LinkRule } from '@ordeal/core';
import { hangConnection, joinConnection, type LinkConnection } from './link-connection.ts';
import { LinkRules } from './link-rules.ts';

/**
 * The cable of one link: a listener of its own, where `link.from` dials, or is led, to reach `link.to`.
 *
 * It is an approximation of a cable. The kernel accepts and acknowledges on behalf of a cut-off peer, so keepalive
 * and TCP user time-outs of the peers never fire; and because nothing would retransmit dropped bytes, a cut holds
 * them, and a connection that lived through a cut is reset when the link heals.
 */
export class LinkProxy {
  /** Where to dial instead of the node's own address. */
  readonly address: Address;
  readonly #server: Server;
  readonly #to: Address;
  readonly #rules = new LinkRules();
  readonly #connections = new Set<LinkConnection>();

  private constructor(server: Server, to: Address | ((own: Address) => Address)) {
    const { address, port } = server.address() as AddressInfo;
    this.address = { host: address, port };
    this.#server = server;
    this.#to = typeof to === 'function' ? to(this.address) : to;
    // Out of file descriptors, for one: the dialler sees it fail, the guard lives on.
    server.on('error', () => {});
    server.on('connection', (socket) => this.#accept(socket));
  }

  /**
   * Opens the listener on a port of the kernel's choice: it stays bound, so nobody can take it away.
   * @param to where connections go on to; it may depend on the proxy's own address
   * @param host the address to listen on
   */
  static async open(to: Address | ((own: Address) => Address), host = '127.0.0.1'): Promise<LinkProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen({ port: 0, host, exclusive: true });
    await once(server, 'listening');
    return new LinkProxy(server, to);
  }

  /** Connections that are open, on either side. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Puts the injection's rules on the link, in place of those that it has there. */
  shape(injection: string, rules: readonly LinkRule[]): void {
    this.#rules.set(injection, rules);
    for (const connection of this.#connections) connection.obey();
  }

  /** Takes the injection's rules away; the last cut to go resets every connection that lived through one. */
  unshape(injection: string): void {
    if (!this.#rules.delete(injection)) return;
    if (!this.#rules.cutsAny()) {
      for (const connection of this.#connections) if (connection.isTouched) connection.reset();
    }
    for (const connection of this.#connections) {
      connection.obey();
      if (!this.#rules.delays()) connection.hurry();
    }
  }

  /** Stops listening and resets what is open. Idempotent. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.reset();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(dialler: Socket): void {
    const closed = () => this.#connections.delete(connection);
    const connection = this.#rules.cutsAny()
      ? hangConnection(dialler, closed)
      : joinConnection(dialler, this.#to, this.#rules, closed);
    this.#connections.add(connection);
  }
}
