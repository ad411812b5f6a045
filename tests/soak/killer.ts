import { setTimeout as delay } from 'node:timers/promises';
import { pick, type Random, waitFor } from '@ordeal/core';
import { descendantsOf, isAlive, pidOf } from '@ordeal/place';
import { isPossible, STRIKES, type Strike } from '../crash/strikes.ts';
import { flushRedis, killPostgres } from '../support/strike-servers.ts';
import type { Running, World } from '../support/world.ts';

/** A killed worker's processes must be gone by then. */
const PROMISED_MS = 5_000;
/** So long it is looked at: a promise that is broken should be seen by how much. */
const LOOK_MS = 30_000;

/** Strikes at random, by a seed, and keeps as many workers going as there were. */
export class Killer {
  readonly struck = new Map<Strike, number>();
  /** From `kill -9` of a worker until its guard and all processes of its nodes were gone, in ms. */
  readonly cleanedMs: number[] = [];
  readonly breaches: string[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #workers: Running[];

  constructor(world: World, random: Random, workers: number) {
    this.#world = world;
    this.#random = random;
    this.#workers = Array.from({ length: workers }, () => world.start(['worker']));
  }

  async strike(): Promise<Strike> {
    const strike = pick(
      this.#random,
      STRIKES.filter((how) => isPossible(how, this.#world)),
    );
    this.struck.set(strike, (this.struck.get(strike) ?? 0) + 1);
    const index = Math.floor(this.#random() * this.#workers.length);
    const worker = this.#workers[index];
    if (worker === undefined) throw new RangeError('no worker');
    const [target, how = ''] = strike.split(' ');
    if (target === 'worker') await this.#strikeWorker(worker, index, how as NodeJS.Signals);
    if (target === 'guard') await this.#strikeGuard(worker, how as NodeJS.Signals);
    if (strike === 'redis SIGKILL') await this.#world.redis?.restart(() => delay(this.#upTo(3_000)));
    if (strike === 'redis FLUSHALL') await flushRedis(this.#world);
    if (target === 'postgres') await killPostgres(this.#world, () => delay(this.#upTo(3_000)));
    return strike;
  }

  /** Every worker stops as it should. */
  async end(): Promise<void> {
    for (const worker of this.#workers) worker.child.kill('SIGTERM');
    for (const worker of this.#workers) {
      const code = await worker.ended;
      if (code !== 0) this.breaches.push(`a worker ended with ${code}: ${worker.output().slice(-2_000)}`);
    }
  }

  async #strikeWorker(worker: Running, index: number, how: NodeJS.Signals): Promise<void> {
    const family = descendantsOf(worker.pid);
    worker.child.kill(how);
    if (how === 'SIGSTOP') {
      // Within its lease, or far beyond it.
      await delay(this.#upTo(20_000));
      worker.child.kill('SIGCONT');
      return;
    }
    if (how === 'SIGKILL') await this.#seeGone(family);
    else await worker.ended;
    await delay(this.#upTo(3_000));
    this.#workers[index] = this.#world.start(['worker']);
  }

  async #seeGone(family: readonly string[]): Promise<void> {
    const began = performance.now();
    try {
      await waitFor('all is gone', () => (family.some((one) => isAlive(one)) ? undefined : true), {
        timeoutMs: LOOK_MS,
        everyMs: 20,
      });
    } catch {
      this.breaches.push(
        `of a killed worker is left after ${LOOK_MS} ms: ${family.filter((one) => isAlive(one))}`,
      );
    }
    const tookMs = performance.now() - began;
    this.cleanedMs.push(tookMs);
    if (tookMs > PROMISED_MS)
      this.breaches.push(`a killed worker's processes took ${Math.round(tookMs)} ms to go`);
  }

  async #strikeGuard(worker: Running, how: NodeJS.Signals): Promise<void> {
    const [guard] = descendantsOf(worker.pid);
    if (guard === undefined || !isAlive(guard)) return;
    process.kill(pidOf(guard), how);
    if (how !== 'SIGSTOP') return;
    await delay(this.#upTo(12_000));
    // By now its worker may have killed it.
    if (isAlive(guard)) process.kill(pidOf(guard), 'SIGCONT');
  }

  #upTo(ms: number): number {
    return this.#random() * ms;
  }
}
