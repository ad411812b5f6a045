import { describeError, OrdealError } from '@ordeal/core';
import type { Body, GuardClient } from '@ordeal/guard';
import type { ExecutionRef, Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { aboutExecution } from './about-execution.ts';

/** The guard's clock as last told. */
export interface GuardProof {
  readonly guard: GuardClient;
  readonly guardMs: number;
}

interface GuardKeeperParts {
  /** Starts a guard. */
  readonly spawn: () => Promise<GuardClient>;
  readonly store: Pick<Store, 'getTrial'>;
  readonly log: Logger;
}

/** How long a worker without a guard waits before it tries to start another one again. */
const RESPAWN_EVERY_MS = 1_000;

/**
 * Keeps one guard alive beside the worker. A guard that dies or falls silent is killed by identity, and its
 * successor first undoes what it left: only then is it handed out.
 */
export class GuardKeeper {
  readonly #start: GuardKeeperParts['spawn'];
  readonly #store: Pick<Store, 'getTrial'>;
  readonly #log: Logger;
  #current: GuardClient | undefined;
  #ready: Promise<GuardClient>;
  #closing = false;

  private constructor(parts: GuardKeeperParts, first: GuardClient) {
    this.#start = parts.spawn;
    this.#store = parts.store;
    this.#log = parts.log;
    this.#ready = Promise.resolve(first);
    this.#keep(first);
  }

  /** @throws OrdealError GUARD_LOST when the first guard does not come up: a worker without one can do nothing. */
  static async start(parts: GuardKeeperParts): Promise<GuardKeeper> {
    return new GuardKeeper(parts, await parts.spawn());
  }

  /** The guard to give new work to; waits for a successor when there is none just now. Undefined: the signal fired first. */
  async ready(signal: AbortSignal): Promise<GuardClient | undefined> {
    if (signal.aborted) return undefined;
    const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
    const abort = (): void => resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([this.#ready, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Undefined: a guard was lost, and its successor is not up. */
  get current(): GuardClient | undefined {
    return this.#current;
  }

  lastTick(): GuardProof | undefined {
    const guard = this.#current;
    return guard === undefined ? undefined : { guard, guardMs: guard.lastTick.guardMs };
  }

  /** Renews leases at the guard that the proof came from; a guard that is gone needs none. */
  async renewLeases(proof: GuardProof, owned: readonly ExecutionRef[]): Promise<void> {
    const executions = owned.map((ref) => ({ trial: ref.trialId, execution: ref.execution }));
    await proof.guard
      .ask('beat', { provenAtMs: proof.guardMs, executions }, { timeoutMs: 5_000 })
      .catch((error: unknown) =>
        this.#log.warn({ error: describeError(error), executions }, 'could not renew leases'),
      );
  }

  /** Has instances made ready for trials to come. No guard just now: there is no hurry either. */
  async makeReadyAhead(asked: Body<'ahead'>): Promise<void> {
    await this.#current
      ?.ask('ahead', asked, { timeoutMs: 5_000 })
      .catch((error: unknown) =>
        this.#log.warn({ error: describeError(error) }, 'could not have instances made ready'),
      );
  }

  /** Lets the guard undo what is left, and go. Never throws: what cannot be seen to go has heard that its line ended. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#current
      ?.close()
      .catch((error: unknown) =>
        this.#log.error({ error: describeError(error) }, 'could not see the guard go'),
      );
  }

  async #spawn(): Promise<GuardClient> {
    for (;;) {
      try {
        const guard = await this.#start();
        this.#keep(guard);
        return guard;
      } catch (error) {
        if (this.#closing) throw new OrdealError('GUARD_LOST', 'the worker stops', { cause: error });
        this.#log.error({ error: describeError(error) }, 'could not start a guard');
        await new Promise((resolve) => setTimeout(resolve, RESPAWN_EVERY_MS));
      }
    }
  }

  #keep(guard: GuardClient): void {
    this.#current = guard;
    void this.#tellOfLeftovers(guard);
    void guard.closed.then((reason) => this.#succeed(guard, reason));
    guard.on((event) => {
      if (event.event === 'going') this.#retire(guard, event.reason);
    });
  }

  /** It takes no new work, and needs its time to end what it has: who asks for a guard now gets the next one. */
  #retire(guard: GuardClient, reason: string): void {
    if (this.#closing) return;
    this.#log.warn({ guard: guard.identity, reason }, 'the guard goes: waiting for its successor');
    // By then, and not before, it says when that one is up.
    this.#ready = guard.closed.then(() => this.#ready);
    this.#ready.catch(() => {});
  }

  async #tellOfLeftovers({ recovered, logAt }: GuardClient): Promise<void> {
    for (const { trial, execution, injections } of recovered.filter(({ clean }) => !clean)) {
      const about = await aboutExecution(this.#store, { trialId: trial, execution });
      this.#log.error(
        { ...about, injections, guardLog: logAt },
        'something of a dead guard could not be removed',
      );
    }
  }

  #succeed(guard: GuardClient, reason: string): void {
    if (this.#closing) return;
    this.#log.error({ guard: guard.identity, reason }, 'guard lost: starting its successor');
    this.#current = undefined;
    // The successor takes over only what belongs to the dead.
    this.#ready = guard
      .kill()
      .catch((error: unknown) =>
        this.#log.error({ error: describeError(error) }, 'could not kill a lost guard'),
      )
      .then(() => this.#spawn());
    // Whoever waits hears of a failure; nobody has to wait.
    this.#ready.catch(() => {});
  }
}
