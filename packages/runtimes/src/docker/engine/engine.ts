import { deadlineSignal } from '@ordeal/core';
import type Docker from 'dockerode';
import { connectionTo } from './connection.ts';
import { engineError } from './engine-error.ts';

/** A busy engine takes seconds to create a container; one that takes longer hangs. */
const CALL_DEADLINE_MS = 30_000;

export interface CallOptions {
  /** Gives up the waiting. Not for calls that make something: the engine makes it all the same, unseen by us. */
  readonly signal?: AbortSignal | undefined;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
}

/** A Docker engine; nothing is asked of it before the first call. */
export class Engine {
  /** For people: where the engine is looked for. */
  readonly address: string;
  readonly #given: string | undefined;
  #opened: Promise<Docker> | undefined;

  /** @param address `unix:///path` or `tcp://host:port`; default: what DOCKER_HOST says, else the default socket */
  constructor(address?: string) {
    this.address = address ?? (process.env.DOCKER_HOST || 'the default socket');
    this.#given = address;
  }

  /**
   * One call of the engine's API.
   * @param what completes "the engine could not ..."
   * @throws OrdealError ENGINE_UNAVAILABLE, TARGET_FAILED with the engine's reason, DEADLINE; the signal's reason
   */
  async call<T>(
    what: string,
    act: (docker: Docker, signal: AbortSignal) => Promise<T>,
    { signal, timeoutMs = CALL_DEADLINE_MS }: CallOptions = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    const until = deadlineSignal(timeoutMs, signal);
    // Not every call of the client's takes a signal.
    const { promise: over, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(until.reason);
    until.addEventListener('abort', giveUp);
    try {
      return await Promise.race([this.#client().then((docker) => act(docker, until)), over]);
    } catch (error) {
      signal?.throwIfAborted();
      throw engineError(error, {
        what,
        address: this.address,
        timedOutMs: until.aborted ? timeoutMs : undefined,
      });
    } finally {
      until.removeEventListener('abort', giveUp);
    }
  }

  /** A stream or a wait without an end of its own, until the signal fires. @throws like {@link call} */
  async open<T>(what: string, act: (docker: Docker) => Promise<T>): Promise<T> {
    try {
      return await act(await this.#client());
    } catch (error) {
      throw engineError(error, { what, address: this.address });
    }
  }

  /** The same engine for DOCKER_HOST: programs of Docker's own have contexts, and may mean another one by default. */
  async host(): Promise<string | undefined> {
    const named = this.#given ?? process.env.DOCKER_HOST;
    if (named) return named;
    // Which of the sockets that there may be, the client finds out by itself; its types do not tell of it.
    const modem = (await this.#client()).modem as unknown as { getSocketPath(): Promise<string> | undefined };
    const path = await modem.getSocketPath();
    return path === undefined ? undefined : `unix://${path}`;
  }

  /** Loaded when it is needed: 30 MB, which whoever has no engine need not pay for. */
  #client(): Promise<Docker> {
    this.#opened ??= import('dockerode').then(({ default: Client }) => new Client(connectionTo(this.#given)));
    return this.#opened;
  }
}
