import { setTimeout as delay } from 'node:timers/promises';
import { pick, type Random } from '@ordeal/core';
import { descendantsOf, isAlive, pidOf } from '@ordeal/place';
import type { Strike } from '../crash/strikes.ts';
import { flushRedis, killPostgres } from '../support/strike-servers.ts';
import type { Running, World } from '../support/world.ts';
import { Disturbances } from './disturbances.ts';
import { killWorker, type WorkerKill } from './worker-kill.ts';

/** Strikes at random, by a seed, and keeps as many workers going as there were. */
export class Killer {
  readonly struck = new Map<Strike, number>();
  readonly kills: WorkerKill[] = [];
  readonly breaches: string[] = [];
  readonly disturbances = new Disturbances();
  /** Every worker that there ever was. */
  readonly started: Running[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #strikes: readonly Strike[];
  readonly #workers: Running[];

  constructor(world: World, random: Random, strikes: readonly Strike[], workers: number) {
    this.#world = world;
    this.#random = random;
    this.#strikes = strikes;
    this.#workers = Array.from({ length: workers }, () => this.#start());
  }

  async strike(): Promise<Strike> {
    const strike = pick(this.#random, this.#strikes);
    this.struck.set(strike, (this.struck.get(strike) ?? 0) + 1);
    const index = Math.floor(this.#random() * this.#workers.length);
    const worker = this.#workers[index];
    if (worker === undefined) throw new RangeError('no worker');
    const [target, how = ''] = strike.split(' ');
    const isOver = this.disturbances.begin(target === 'worker' || target === 'guard' ? worker : null);
    if (target === 'worker') await this.#strikeWorker(worker, index, how as NodeJS.Signals);
    if (target === 'guard') await this.#strikeGuard(worker, how as NodeJS.Signals);
    if (strike === 'redis SIGKILL') await this.#world.redis?.restart(() => delay(this.#upTo(3_000)));
    if (strike === 'redis FLUSHALL') await flushRedis(this.#world);
    if (target === 'engine')
      await this.#world.engine?.restart(how as 'SIGKILL' | 'SIGTERM', () => delay(this.#upTo(3_000)));
    if (target === 'postgres') await killPostgres(this.#world, () => delay(this.#upTo(3_000)));
    if (worker.child.exitCode === null && worker.child.signalCode === null) isOver();
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
    if (how === 'SIGKILL') {
      const kill = await killWorker(this.#world, worker);
      this.kills.push(kill);
      this.breaches.push(...kill.breaches);
    } else worker.child.kill(how);
    if (how === 'SIGSTOP') {
      // Within its lease, or far beyond it.
      await delay(this.#upTo(20_000));
      worker.child.kill('SIGCONT');
      return;
    }
    await worker.ended;
    await delay(this.#upTo(3_000));
    this.#workers[index] = this.#start();
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

  #start(): Running {
    const worker = this.#world.start(['worker']);
    this.started.push(worker);
    this.disturbances.started(worker);
    return worker;
  }

  #upTo(ms: number): number {
    return this.#random() * ms;
  }
}
