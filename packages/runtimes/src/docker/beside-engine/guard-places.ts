import { Engine } from '../engine/engine.ts';
import { INSTANCE_LABEL, PLACE_LABEL } from '../engine/labels.ts';
import { GUARD_LABEL, JOURNALS_LABEL } from './guard-labels.ts';

/** A place where guards live, or have lived, in containers of an engine. */
export interface GuardPlaceOnEngine {
  readonly place: string;
  /** Guards that run. */
  readonly guards: number;
  /** Of which there still is a container, whoever made it. */
  readonly instances: number;
}

/** Looks, and changes nothing. @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE */
export async function guardPlacesOn(address: string | undefined): Promise<GuardPlaceOnEngine[]> {
  const engine = new Engine(address);
  const { Volumes: volumes } = await engine.call('list volumes', (docker, abortSignal) =>
    docker.listVolumes({ filters: { label: [JOURNALS_LABEL] }, abortSignal }),
  );
  const places = (volumes ?? []).flatMap(({ Labels: labels }) => labels?.[PLACE_LABEL] ?? []);
  return Promise.all(places.map((place) => lookAt(engine, place)));
}

async function lookAt(engine: Engine, place: string): Promise<GuardPlaceOnEngine> {
  const containers = await engine.call('list containers', (docker, abortSignal) =>
    docker.listContainers({ all: true, filters: { label: [`${PLACE_LABEL}=${place}`] }, abortSignal }),
  );
  const guards = containers.filter(
    ({ Labels: { [GUARD_LABEL]: guard }, State }) => guard && State === 'running',
  );
  const instances = new Set(
    containers.flatMap(({ Labels: { [INSTANCE_LABEL]: instance } }) => instance ?? []),
  );
  return { place, guards: guards.length, instances: instances.size };
}
