import { Engine } from '../engine/engine.ts';
import { findLabelled, type LabelledInstance } from '../engine/labelled-instances.ts';
import { PLACE_LABEL } from '../engine/labels.ts';
import { GUARD_LABEL } from './guard-labels.ts';

/** What bears the labels of the place's instances. @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE */
export function instancesAt(address: string | undefined, place: string): Promise<LabelledInstance[]> {
  return findLabelled(new Engine(address), place);
}

/** Names of the place's guards that live in containers. @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE */
export async function guardsAt(address: string | undefined, place: string): Promise<string[]> {
  const filters = { status: ['running', 'paused'], label: [GUARD_LABEL, `${PLACE_LABEL}=${place}`] };
  const containers = await new Engine(address).call('list containers', (docker, abortSignal) =>
    docker.listContainers({ all: true, filters, abortSignal }),
  );
  return containers.flatMap(({ Labels: { [GUARD_LABEL]: guard } }) => guard ?? []);
}

/**
 * Instances of a place whose guards live in containers, left by those that are dead. Looks, and changes nothing.
 * @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE
 */
export async function orphansAt(address: string | undefined, place: string): Promise<LabelledInstance[]> {
  const instances = await instancesAt(address, place);
  // Afterwards: a guard lives before it has any.
  const guards = await guardsAt(address, place);
  return instances.filter(({ guard }) => !guards.includes(guard));
}
