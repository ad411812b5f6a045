import { type NodeSpec, OrdealError } from '@ordeal/core';
import type { User } from '@ordeal/place';
import { Volume } from './volume.ts';

/** The volumes of one instance's nodes. */
export class Volumes {
  readonly #volumes = new Map<string, Volume>();

  /** Makes the node's volume in its folder, if it has one. */
  async make({ name, volume }: NodeSpec, nodeFolder: string, owner: User | undefined): Promise<void> {
    if (volume === undefined) return;
    this.#volumes.set(name, await Volume.make(nodeFolder, volume, owner));
  }

  /** @throws OrdealError UNSUPPORTED when the node has none */
  of(node: string): Volume {
    const volume = this.#volumes.get(node);
    if (volume === undefined) throw new OrdealError('UNSUPPORTED', `${node} keeps no data in a volume`);
    return volume;
  }

  /** Ends all fillings, for good. */
  async close(): Promise<void> {
    await Promise.all([...this.#volumes.values()].map((volume) => volume.close()));
  }
}
