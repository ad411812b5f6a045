import { describeError, OrdealError } from '@ordeal/core';
import { type GuardClient, spawnGuard } from '@ordeal/guard';
import type { Folders } from '@ordeal/place';
import type { ExecutionRef } from '@ordeal/store';
import type { Logger } from 'pino';

/** The guard's clock as last told. */
export interface GuardProof {
  readonly guard: GuardClient;
  readonly guardMs: number;
}

/** How long a worker without a guard waits before it tries to start another one again. */
const RESPAWN_EVERY_MS = 1_000;

/**
 * Keeps one guard alive beside the worker. A guard that dies or falls silent is killed by identity, and its
 * successor first undoes what it left: only then is it handed out.
 */
export class GuardKeeper {
  readonly #folders: Folders;
  readonly #log: Logger;
  #current: GuardClient | undefined;
  #ready: Promise<GuardClient>;
  #closing = false;

  constructor(folders: Folders, log: Logger) {
    this.#folders = folders;
    this.#log = log;
    this.#ready = this.#spawn();
  }

  /** The guard to give new work to; waits for a successor when there is none just now. */
  ready(): Promise<GuardClient> {
    return this.#ready;
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
      .catch((error: unknown) => this.#log.warn({ error: describeError(error) }, 'could not renew leases'));
  }

  /** Lets the guard undo what is left, and go. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#current?.close();
  }

  async #spawn(): Promise<GuardClient> {
    for (;;) {
      try {
        const guard = await spawnGuard({ folders: this.#folders });
        this.#current = guard;
        void guard.closed.then((reason) => this.#succeed(guard, reason));
        return guard;
      } catch (error) {
        if (this.#closing) throw new OrdealError('GUARD_LOST', 'the worker stops', { cause: error });
        this.#log.error({ error: describeError(error) }, 'could not start a guard');
        await new Promise((resolve) => setTimeout(resolve, RESPAWN_EVERY_MS));
      }
    }
  }

  #succeed(guard: GuardClient, reason: string): void {
    if (this.#closing) return;
    this.#log.error({ guard: guard.identity, reason }, 'guard lost: starting its successor');
    this.#current = undefined;
    // The successor takes over only what belongs to the dead.
    this.#ready = guard.kill().then(() => this.#spawn());
  }
}
