import type { Settings } from '@ordeal/config';
import { describeError, type RuntimeName } from '@ordeal/core';
import { spawnGuard, startGuardContainer } from '@ordeal/guard';
import { type Folders, placeBesideEngine, placeId } from '@ordeal/place';
import { engineId, guardHome } from '@ordeal/runtimes';
import type { Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { GuardKeeper } from './guard-keeper.ts';

/** A guard of this worker, and where its instances are. */
export interface GuardPlace {
  /** Names it in Postgres: what is open there, the guards of the place know of. */
  readonly place: string;
  readonly keeper: GuardKeeper;
}

interface GuardsParts {
  readonly folders: Folders;
  readonly settings: Settings;
  /** The database of the operator `operator-db`, where this worker has it. */
  readonly operatorDb?: string | undefined;
  readonly store: Pick<Store, 'getTrial' | 'databaseId'>;
  readonly log: Logger;
}

/** This worker's guards: one beside it, and one beside the engine where a process could not reach, or outlive us. */
export class Guards {
  readonly #process: GuardPlace;
  readonly #container: GuardPlace | undefined;
  /** Why nothing can be run on the engine, in words that fit behind "because"; undefined when it can. */
  readonly whyNoDocker: string | undefined;

  private constructor(
    process: GuardPlace,
    container: GuardPlace | undefined,
    whyNoDocker: string | undefined,
  ) {
    this.#process = process;
    this.#container = container;
    this.whyNoDocker = whyNoDocker;
  }

  /**
   * @param hasDocker the worker can run trials on the engine
   * @throws OrdealError GUARD_LOST when the guard beside us does not come up: a worker without one can do nothing.
   */
  static async start(parts: GuardsParts, hasDocker: boolean): Promise<Guards> {
    const { folders, settings, operatorDb } = parts;
    const spawn = () => spawnGuard({ folders, settings: settings.file, operatorDb, hasEngine: hasDocker });
    const besideUs = { place: placeId(folders), keeper: await GuardKeeper.start({ ...parts, spawn }) };
    if (!hasDocker) return new Guards(besideUs, undefined, undefined);
    try {
      return new Guards(besideUs, await besideEngine(parts), undefined);
    } catch (error) {
      // Trials on this machine need no engine.
      const why = describeError(error);
      parts.log.error({ error: why }, 'no guard for the engine: nothing is run on it');
      return new Guards(besideUs, undefined, why);
    }
  }

  get all(): readonly GuardPlace[] {
    return this.#container === undefined ? [this.#process] : [this.#process, this.#container];
  }

  of(runtime: RuntimeName): GuardPlace {
    return runtime === 'docker' ? (this.#container ?? this.#process) : this.#process;
  }

  /** Lets the guards undo what is left, and go. */
  async close(): Promise<void> {
    await Promise.all(this.all.map(({ keeper }) => keeper.close()));
  }
}

/** Undefined: the guard beside us serves the engine as well. */
async function besideEngine(parts: GuardsParts): Promise<GuardPlace | undefined> {
  const { folders, settings, store } = parts;
  if ((await guardHome(settings.docker)) === 'process') return undefined;
  const place = placeBesideEngine(await engineId(settings.docker), await store.databaseId());
  const spawn = () => startGuardContainer({ folders, settings, place });
  return { place, keeper: await GuardKeeper.start({ ...parts, spawn }) };
}
