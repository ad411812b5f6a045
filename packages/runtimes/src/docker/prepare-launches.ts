import { composeModel } from '@ordeal/compose';
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
  return [...plainImagesOf(subject), ...composeImagesOf(subject)];
}

/** Those that have a name of ours; the others are a compose file's, and compose gets them. */
export function plainImagesOf(subject: Subject): ImageName[] {
  return unique([
    HELPER_IMAGE,
    ...launchesOf(subject).flatMap((launch) => (launch.kind === 'image' ? [launch.image] : [])),
  ]);
}

/** Of services and jobs. */
function composeImagesOf({ compose }: Subject): ImageName[] {
  if (compose === undefined) return [];
  const { services } = composeModel.parse(compose.resolved);
  return unique(Object.values(services).map(({ image = '' }) => ({ name: image, published: image })));
}

function launchesOf(subject: Subject): ContainerLaunch[] {
  return [...prepareLaunches(subject).values()];
}

function unique(images: readonly ImageName[]): ImageName[] {
  return [...new Map(images.map((image) => [image.name, image])).values()];
}
