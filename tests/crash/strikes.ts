import { setTimeout as delay } from 'node:timers/promises';
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
  'redis outage',
  'postgres outage',
  'engine SIGKILL',
  'engine SIGTERM',
  'clock +1h',
  'clock -1h',
  'clock -1h, worker SIGKILL',
] as const;
export type Strike = (typeof STRIKES)[number];

/** What a world has of its own, beside its workers and its Postgres. */
export interface Servers {
  readonly redis: boolean;
  readonly engine: boolean;
  readonly clock: boolean;
}

/** The strikes that fit a world: nobody strikes at what it does not have, or shares with others. */
export function strikesOn(servers: Servers): Strike[] {
  const lacking = Object.entries(servers).flatMap(([name, isThere]) => (isThere ? [] : [name]));
  return STRIKES.filter((strike) => !lacking.some((name) => strike.startsWith(name)));
}

/** Somebody restarts it, or a service manager does. */
const RESTART_MS = 3_000;

const HOUR_MS = 3_600_000;
/** A guard's lease, its undo, and a little. */
const LEASE_AND_UNDO_MS = 14_000;
/** The promise for a worker that is killed. */
const KILLED_MS = 5_000;

export interface Struck {
  /** From the strike until nothing of the victim's trials was left; null: they went on. */
  readonly cleanMs: number | null;
  /** The worker lives on. */
  readonly isWorkerLeft: boolean;
  /** From when on what was lost has 20 s to run again: its death, or the end of an outage, without which it could not. */
  readonly sinceAt: number;
}

export interface Striking {
  readonly world: World;
  readonly worker: Running;
  /** What is of trials now, on this machine and its engine. */
  readonly left: () => Promise<readonly string[]>;
  /** Lets go of held trials while a server is away, so that they find it so; elsewhere it is up to the caller, afterwards. */
  readonly letGo: () => Promise<void>;
  /** How long Redis or Postgres is away in an outage. */
  readonly outageMs: number;
  /** What is allowed beyond the promised times: 0 where nothing else is done on the machine. */
  readonly slackMs: number;
}

/** Strikes once, sees what has to come of it at once, and lets the victim be. */
export async function strike(
  how: Strike,
  { world, worker, left, letGo, outageMs, slackMs }: Striking,
): Promise<Struck> {
  const [guard = ''] = descendantsOf(worker.pid);
  const beganAt = Date.now();
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
      { timeoutMs: withinMs + slackMs, everyMs: 50 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; left: ${seen.join(', ')}`);
    });
    const isWorkerLeft = how === 'worker SIGSTOP';
    return {
      cleanMs: performance.now() - began,
      isWorkerLeft,
      sinceAt: isWorkerLeft ? beganAt : Date.now(),
    };
  };
  const goesOn = (sinceAt: number): Struck => ({ cleanMs: null, isWorkerLeft: true, sinceAt });
  const away = async (ms: number): Promise<void> => {
    await letGo();
    await delay(ms);
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
      return goesOn(beganAt);
    case 'redis SIGKILL':
      await world.redis?.restart(() => away(RESTART_MS));
      return goesOn(Date.now());
    case 'redis FLUSHALL':
      await flushRedis(world);
      return goesOn(Date.now());
    case 'clock +1h':
      await world.clock?.turn(HOUR_MS);
      return goesOn(beganAt);
    case 'clock -1h':
      await world.clock?.turn(-HOUR_MS);
      return goesOn(beganAt);
    case 'clock -1h, worker SIGKILL':
      await world.clock?.turn(-HOUR_MS);
      worker.child.kill('SIGKILL');
      return clean(KILLED_MS);
    case 'postgres SIGKILL':
      await killPostgres(world, () => away(RESTART_MS));
      return goesOn(Date.now());
    case 'redis outage':
      await world.redis?.restart(() => away(outageMs));
      return goesOn(Date.now());
    case 'postgres outage':
      await killPostgres(world, () => away(outageMs));
      return goesOn(Date.now());
    case 'engine SIGKILL':
    case 'engine SIGTERM':
      await world.engine?.restart(how === 'engine SIGKILL' ? 'SIGKILL' : 'SIGTERM', () => away(RESTART_MS));
      return goesOn(Date.now());
  }
}
