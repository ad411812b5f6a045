import type { ContainerInspectInfo } from 'dockerode';

/** Names the life that a container has now, or had last. */
export function incarnationOf({ Id, State }: Pick<ContainerInspectInfo, 'Id' | 'State'>): string {
  return `${Id.slice(0, 12)}@${State.StartedAt}`;
}
