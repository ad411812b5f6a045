import { randomInt } from 'node:crypto';
import { OrdealError } from '@ordeal/core';
import type { Engine } from './engine.ts';
import { reasonOf } from './engine-error.ts';
import { type Subnet, subnetsOf } from './subnets.ts';

/** So many subnets in use, one after the other, speak for a pool that somebody else has. */
const MOST_TRIES = 64;

export interface NetworkOptions {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** Such as `10.201.0.0/16`. */
  readonly pool: string;
}

/**
 * Makes a network with a subnet of the pool that no other network has. The engine decides who has what: other guards
 * ask it for the same pool. There is no way out of the network but to the engine's own machine.
 * @throws OrdealError ENGINE_UNAVAILABLE when the pool is used up
 */
export async function createNetwork(
  engine: Engine,
  { name, labels, pool }: NetworkOptions,
): Promise<{ id: string; subnet: Subnet }> {
  const subnets = subnetsOf(pool);
  const first = randomInt(subnets.length);
  const order = [...subnets.slice(first), ...subnets.slice(0, first)].slice(0, MOST_TRIES);
  for (const subnet of order) {
    try {
      const network = await engine.call('create a network', (docker, abortSignal) =>
        docker.createNetwork({
          Name: name,
          Driver: 'bridge',
          Internal: true,
          Labels: labels,
          IPAM: { Driver: 'default', Config: [{ Subnet: subnet.cidr, Gateway: subnet.gateway }] },
          abortSignal,
        }),
      );
      return { id: network.id, subnet };
    } catch (error) {
      if (!/overlap|address space/i.test(reasonOf(error))) throw error;
    }
  }
  throw new OrdealError(
    'ENGINE_UNAVAILABLE',
    `no subnet of ${pool} is free: remove networks that are not needed, or name another pool in the settings (runtimes.docker.subnets)`,
  );
}
