import type { NodeLook } from '@ordeal/core';
import type { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engine-error.ts';
import { incarnationOf } from './incarnation.ts';

const NOTHING = { incarnation: null, members: 0, stopped: 0 };

/** What the engine says of a node's container and its processes now. */
export async function lookAtContainer(
  engine: Engine,
  container: string,
): Promise<Omit<NodeLook, 'quickDeaths'>> {
  try {
    const seen = await engine.call('inspect a node', (docker, abortSignal) =>
      docker.getContainer(container).inspect({ abortSignal }),
    );
    if (!seen.State.Running) return NOTHING;
    const { Processes } = await engine.call('list the processes of a node', (docker, abortSignal) =>
      docker.getContainer(container).top({ ps_args: '-o pid,stat', abortSignal }),
    );
    const states = (Processes as string[][]).map((columns) => columns[1] ?? '');
    // A paused container is frozen as a whole: its processes' own state does not show it.
    const stopped = seen.State.Paused
      ? states.length
      : states.filter((state) => state.startsWith('T')).length;
    return { incarnation: incarnationOf(seen), members: states.length, stopped };
  } catch (error) {
    // Gone, or it died between the two questions.
    const status = statusOf(error);
    if (status === 404 || status === 409) return NOTHING;
    throw error;
  }
}
