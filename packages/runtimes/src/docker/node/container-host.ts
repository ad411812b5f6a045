import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerInspectInfo } from 'dockerode';
import pRetry from 'p-retry';
import type { NodeHost, StartedLife } from '../../node-supervisor.ts';
import type { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engine-error.ts';
import { incarnationOf } from './incarnation.ts';

/** While the engine does not answer, between two questions whether the container still runs. */
const ASK_AGAIN_MS = 500;

/**
 * Processes that start others slip away from a freezer of cgroup v1: runc gives up after a while, thaws them all, and leaves
 * it to its caller to try again (opencontainers/runc#4388).
 */
const NOT_FROZEN = /unable to freeze/;
const FREEZE_RETRIES = 5;
const FREEZE_AGAIN_MS = 200;

export interface ContainerHostOptions {
  readonly engine: Engine;
  readonly container: string;
  /** Fires when the instance is removed: the end of a life is of no interest then. */
  readonly signal: AbortSignal;
  /** Called before each start. */
  readonly beforeStart?: (() => Promise<void>) | undefined;
  /** Called when the container is there no more, which takes somebody else. */
  readonly removed: () => void;
}

/** A node as a container, started again and again; its processes all die with the first of them. */
export function createContainerHost(options: ContainerHostOptions): NodeHost {
  const { engine, container, beforeStart } = options;
  const living = new Set<string>();
  return {
    async start(): Promise<StartedLife> {
      await beforeStart?.();
      // Compose may have started it already: then this is the life that is followed from here on.
      await unless(
        ({ Running }) => Running,
        options,
        'start a node',
        (docker, abortSignal) => docker.getContainer(container).start({ abortSignal }),
      );
      const incarnation = incarnationOf(await inspect(engine, container));
      living.add(incarnation);
      const ended = endOf(options).finally(() => living.delete(incarnation));
      return { incarnation, ended };
    },

    isAlive: (incarnation) => living.has(incarnation),

    async kill(incarnation) {
      // Never started by us: no earlier life has left anything.
      if (incarnation === undefined) return;
      await unless(isOver, options, 'kill a node', (docker, abortSignal) =>
        docker.getContainer(container).kill({ signal: 'SIGKILL', abortSignal }),
      );
    },

    async pause() {
      const pauseOnce = () =>
        unless(
          (state) => state.Paused || isOver(state),
          options,
          'pause a node',
          (docker, abortSignal) => docker.getContainer(container).pause({ abortSignal }),
        );
      await pRetry(pauseOnce, {
        retries: FREEZE_RETRIES,
        minTimeout: FREEZE_AGAIN_MS,
        factor: 1,
        shouldRetry: ({ error }) => NOT_FROZEN.test(error.message),
      });
    },

    async resume() {
      await unless(
        (state) => !state.Paused,
        options,
        'resume a node',
        (docker, abortSignal) => docker.getContainer(container).unpause({ abortSignal }),
      );
    },
  };
}

type State = Pick<ContainerInspectInfo['State'], 'Paused' | 'Running'>;

function isOver({ Running }: State): boolean {
  return !Running;
}

/** Acts, and when the engine refuses asks whether there was any need: what the container is already is no failure. */
async function unless(
  isSo: (state: State) => boolean,
  { engine, container }: ContainerHostOptions,
  what: string,
  act: Parameters<Engine['call']>[1],
): Promise<void> {
  try {
    await engine.call(what, act);
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    const { State: state } = await inspect(engine, container).catch((problem: unknown) => {
      if (statusOf(problem) === 404) return { State: { Paused: false, Running: false } };
      throw problem;
    });
    if (!isSo(state)) throw error;
  }
}

/** Resolves when the container has stopped, or is there no more, to how. */
async function endOf({ engine, container, signal, removed }: ContainerHostOptions): Promise<string> {
  while (!signal.aborted) {
    try {
      await engine.open('wait for a node', (docker) =>
        docker.getContainer(container).wait({ abortSignal: signal }),
      );
      return howItEnded(await inspect(engine, container));
    } catch (error) {
      if (statusOf(error) === 404) {
        removed();
        return 'somebody removed its container';
      }
      // An engine that is away says nothing of the container: it may run on.
      await delay(ASK_AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
  return 'the instance is being removed';
}

/** For people. */
export function howItEnded({ State: { ExitCode, OOMKilled } }: Pick<ContainerInspectInfo, 'State'>): string {
  if (OOMKilled) return 'killed for want of memory';
  return ExitCode === 137 ? 'SIGKILL' : `exit code ${ExitCode}`;
}

function inspect(engine: Engine, container: string): Promise<ContainerInspectInfo> {
  return engine.call('inspect a node', (docker, abortSignal) =>
    docker.getContainer(container).inspect({ abortSignal }),
  );
}
