import type { ImageName, InstanceLabel } from '@ordeal/core';
import type { Engine } from './engine/engine.ts';

/** What all containers of one instance have in common. */
export interface DockerSite {
  readonly engine: Engine;
  readonly label: InstanceLabel;
  readonly place: string;
  /** The network's name. */
  readonly network: string;
  /** The IP address of each node. */
  readonly hosts: ReadonlyMap<string, string>;
  /** The reference to use for an image. */
  readonly imageOf: (image: ImageName) => string;
  /** A program of ours as one file, to be run by Node. */
  readonly bundle: (module: string) => Promise<Buffer>;
  readonly monotonicMs: () => number;
}

/** A name for a thing of the instance; engines want them unique. */
export function nameIn({ label }: Pick<DockerSite, 'label'>, ...parts: string[]): string {
  return ['ordeal', label.instance, ...parts].join('-');
}
