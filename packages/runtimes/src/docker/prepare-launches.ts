import { type ContainerLaunch, type ImageName, OrdealError, type Subject } from '@ordeal/core';
import { HELPER_IMAGE } from './node/helper-image.ts';

/** The launch of every node, by name. @throws OrdealError UNSUPPORTED when the subject does not run on docker */
export function prepareLaunches({ name, topology, prepareContainer }: Subject): Map<string, ContainerLaunch> {
  if (prepareContainer === undefined) {
    throw new OrdealError('UNSUPPORTED', `${name} does not run on the docker runtime`);
  }
  return new Map(topology.nodes.map((node) => [node.name, prepareContainer({ node, topology })]));
}

/** Every image that the subject needs on the engine, ours included. */
export function imagesOf(subject: Subject): ImageName[] {
  const launches = [...prepareLaunches(subject).values()];
  const own = launches.flatMap((launch) => (launch.kind === 'image' ? [launch.image] : []));
  return [...new Map([HELPER_IMAGE, ...own].map((image) => [image.name, image])).values()];
}
