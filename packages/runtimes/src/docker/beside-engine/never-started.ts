import { Engine } from '../engine/engine.ts';
import { PLACE_LABEL } from '../engine/labels.ts';
import { removeContainer } from '../engine/removal.ts';
import { GUARD_LABEL } from './guard-labels.ts';

/** Nobody needs so long from the creation of a container to its start. */
const ABANDONED_AFTER_MS = 60_000;

/**
 * Removes containers of guards of the place that were created and not started, because whoever did so was killed in
 * between. One that was started goes by itself.
 * @throws OrdealError ENGINE_UNAVAILABLE, TARGET_FAILED, DEADLINE
 */
export async function removeNeverStarted(
  address: string | undefined,
  place: string,
  abandonedAfterMs = ABANDONED_AFTER_MS,
): Promise<void> {
  const engine = new Engine(address);
  const filters = { status: ['created'], label: [GUARD_LABEL, `${PLACE_LABEL}=${place}`] };
  const created = await engine.call('list containers', (docker, abortSignal) =>
    docker.listContainers({ all: true, filters, abortSignal }),
  );
  const abandoned = created.filter(({ Created }) => Date.now() - Created * 1000 > abandonedAfterMs);
  await Promise.all(abandoned.map(({ Id }) => removeContainer(engine, Id)));
}
