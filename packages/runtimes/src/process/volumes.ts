import { join } from 'node:path';
import { type NodeSpec, OrdealError } from '@ordeal/core';
import type { User } from '@ordeal/place';
import { Volume } from '../volume/volume.ts';
import { makeVolumeFolder } from './instance-folder.ts';
import { mountTmpfs, whyNoTmpfs } from './tmpfs.ts';

/**
 * The data folders of one instance's nodes: each a tmpfs of limited size wherever this machine lets us mount one, for
 * every trial alike, so that trials with and without pressure on the disk compare; else a plain folder, which cannot
 * be filled. A tmpfs is mounted in some 5 ms and takes copies quicker than a disk (25 MB in 0.1 s instead of 0.3 s).
 */
export class Volumes {
  readonly #volumes = new Map<string, Volume>();
  #whyUnlimited: string | undefined;

  /**
   * Makes the node's volume in its folder, if it has one.
   * @throws OrdealError TARGET_FAILED when the machine could mount a tmpfs before, and cannot now
   */
  async make({ name, volume }: NodeSpec, nodeFolder: string, owner: User | undefined): Promise<void> {
    if (volume === undefined) return;
    const folder = join(nodeFolder, volume.path);
    await makeVolumeFolder(folder, owner);
    this.#whyUnlimited = await whyNoTmpfs();
    if (this.#whyUnlimited === undefined) {
      await mountTmpfs(folder, { sizeMb: volume.sizeMb, owner, workingFolder: nodeFolder });
    }
    this.#volumes.set(name, new Volume(folder));
  }

  /** @throws OrdealError UNSUPPORTED when the node has none, or none of limited size */
  of(node: string): Volume {
    const volume = this.#volumes.get(node);
    if (volume === undefined) throw new OrdealError('UNSUPPORTED', `${node} keeps no data in a volume`);
    if (this.#whyUnlimited === undefined) return volume;
    const why = `there are no volumes of limited size here: ${this.#whyUnlimited}`;
    throw new OrdealError('UNSUPPORTED', why);
  }

  /** Ends the filling, if the node has one; what could never be filled is free. */
  async free(injection: string, node: string): Promise<void> {
    await this.#volumes.get(node)?.free(injection);
  }

  /** Ends all fillings, for good. */
  async close(): Promise<void> {
    await Promise.all([...this.#volumes.values()].map((volume) => volume.close()));
  }
}
