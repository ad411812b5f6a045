import type { VolumeSpec } from '@ordeal/core';
import { labelsOf } from '../engine/labels.ts';
import { type DockerSite, nameIn } from '../site.ts';

/** Makes a node's volume, in memory so that its size is a limit, and gives its name. */
export async function createVolume(site: DockerSite, node: string, { sizeMb }: VolumeSpec): Promise<string> {
  const name = nameIn(site, node, 'data');
  await site.engine.call('create a volume', (docker, abortSignal) =>
    docker.createVolume({
      Name: name,
      Driver: 'local',
      DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: `size=${sizeMb}m` },
      Labels: labelsOf(site.label, site.place, node),
      abortSignal,
    }),
  );
  return name;
}
