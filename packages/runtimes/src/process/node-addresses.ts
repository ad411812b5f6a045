import { type Address, OrdealError, type Topology } from '@ordeal/core';
import type { PortAllotment } from './ports.ts';

/** The nodes' own listening addresses in one instance: the same for all of a node's lives. */
export class NodeAddresses {
  readonly #allotment: PortAllotment;
  readonly #ports = new Map<string, number>();

  constructor(allotment: PortAllotment) {
    this.#allotment = allotment;
  }

  async takeAll(topology: Topology): Promise<void> {
    for (const { name, ports } of topology.nodes) {
      for (const port of ports) this.#ports.set(keyOf(name, port), await this.#allotment.take());
    }
  }

  /** @throws OrdealError BAD_INPUT when the topology has no such port. */
  of(node: string, port: string): Address {
    const number = this.#ports.get(keyOf(node, port));
    if (number === undefined) throw new OrdealError('BAD_INPUT', `${node} has no port ${port}`);
    return { host: '127.0.0.1', port: number };
  }

  giveBack(): void {
    for (const port of this.#ports.values()) this.#allotment.giveBack(port);
  }
}

function keyOf(node: string, port: string): string {
  return JSON.stringify([node, port]);
}
