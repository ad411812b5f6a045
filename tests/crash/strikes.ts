import { waitFor } from '@ordeal/core';
import { descendantsOf, isAlive, pidOf } from '@ordeal/place';
import { flushRedis, killPostgres } from '../support/strike-servers.ts';
import type { Running, World } from '../support/world.ts';

/** What is struck, and how. */
export const STRIKES = [
  'worker SIGKILL',
  'worker SIGTERM',
  'worker SIGSTOP',
  'guard SIGKILL',
  'guard SIGTERM',
  'guard SIGSTOP',
  'redis SIGKILL',
  'redis FLUSHALL',
  'postgres SIGKILL',
  'clock +1h',
  'clock -1h',
  'clock -1h, worker SIGKILL',
] as const;
export type Strike = (typeof STRIKES)[number];

const HOUR_MS = 3_600_000;

/** A guard's lease, its undo, and a little. */
const LEASE_AND_UNDO_MS = 14_000;
/** The promise for a worker that is killed. */
const KILLED_MS = 5_000;

/** What has to be there for it, beside a campaign under way. */
export function isPossible(how: Strike, { redis, clock }: World): boolean {
  if (how.startsWith('redis')) return redis !== undefined;
  return !how.startsWith('clock') || clock !== undefined;
}

export interface Struck {
  /** From the strike until nothing of the victim's trials was left; null: they went on. */
  readonly cleanMs: number | null;
  /** The worker lives on. */
  readonly isWorkerLeft: boolean;
}

/**
 * Strikes once, sees what has to come of it at once, and lets the victim be. The caller lets go of held trials then.
 * @param left what is of trials now, on this machine and its engine
 */
export async function strike(
  how: Strike,
  { world, worker, left }: { world: World; worker: Running; left: () => Promise<readonly string[]> },
): Promise<Struck> {
  const [guard = ''] = descendantsOf(worker.pid);
  const began = performance.now();
  const clean = async (withinMs: number): Promise<Struck> => {
    let seen: readonly string[] = [];
    await waitFor(
      'nothing is left of the trials',
      async () => {
        // The guard of a frozen worker lives on.
        seen = (await left()).filter((what) => how !== 'worker SIGSTOP' || what !== guard);
        return seen.length === 0 || undefined;
      },
      { timeoutMs: withinMs, everyMs: 50 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; left: ${seen.join(', ')}`);
    });
    return { cleanMs: performance.now() - began, isWorkerLeft: how === 'worker SIGSTOP' };
  };
  switch (how) {
    case 'worker SIGKILL':
      worker.child.kill('SIGKILL');
      return clean(KILLED_MS);
    case 'worker SIGTERM':
      worker.child.kill('SIGTERM');
      if ((await worker.ended) !== 0) throw new Error(`the worker did not stop well: ${worker.output()}`);
      return clean(KILLED_MS);
    case 'worker SIGSTOP': {
      worker.child.kill('SIGSTOP');
      const struck = await clean(LEASE_AND_UNDO_MS);
      worker.child.kill('SIGCONT');
      return struck;
    }
    case 'guard SIGKILL':
    case 'guard SIGTERM':
    case 'guard SIGSTOP':
      process.kill(pidOf(guard), how.slice('guard '.length));
      await waitFor('the guard is gone', () => !isAlive(guard) || undefined, { timeoutMs: 30_000 });
      return { cleanMs: null, isWorkerLeft: true };
    case 'redis SIGKILL':
      await world.redis?.restart(async () => {});
      return { cleanMs: null, isWorkerLeft: true };
    case 'redis FLUSHALL':
      await flushRedis(world);
      return { cleanMs: null, isWorkerLeft: true };
    case 'clock +1h':
      await world.clock?.turn(HOUR_MS);
      return { cleanMs: null, isWorkerLeft: true };
    case 'clock -1h':
      await world.clock?.turn(-HOUR_MS);
      return { cleanMs: null, isWorkerLeft: true };
    case 'clock -1h, worker SIGKILL':
      await world.clock?.turn(-HOUR_MS);
      worker.child.kill('SIGKILL');
      return clean(KILLED_MS);
    case 'postgres SIGKILL':
      await killPostgres(world);
      return { cleanMs: null, isWorkerLeft: true };
  }
}
