import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { deadlineSignal, waitFor } from '@ordeal/core';
import Docker from 'dockerode';
import { KEEPER_SOCKET, type KeeperAnswer } from './places.ts';
import { answersAlready } from './why-no-engine.ts';

/** An engine that stays up until it is released, or until this process ends. */
export interface HeldEngine {
  /** For `DOCKER_HOST`; undefined when the engine in question is the default one already. */
  readonly host: string | undefined;
  readonly docker: Docker;
  /** Resolves when nobody holds the tests' own engine any more and it is gone, or at once when somebody does. */
  release(): Promise<void>;
}

const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 60_000;

/**
 * The engine that answers already, or else one of the tests' own, which all test runs of this machine share: whoever
 * comes first has it started by a keeper, which stops it when the last one is gone.
 * @throws Error saying why the engine did not start
 */
export async function holdEngine(): Promise<HeldEngine> {
  if (await answersAlready()) {
    return { host: process.env.DOCKER_HOST, docker: new Docker(), release: async () => {} };
  }
  let started: ChildProcess | undefined;
  const { keeper, answer } = await waitFor(
    'the keeper of the test engine',
    async () => {
      const reached = await askKeeper();
      // Its start takes seconds on a busy machine; one that found another keeper has ended again.
      if (reached === undefined && (started === undefined || started.exitCode !== null))
        started = startKeeper();
      return reached;
    },
    { timeoutMs: START_TIMEOUT_MS, everyMs: 200 },
  );
  if ('error' in answer) throw new Error(`the test engine did not start: ${answer.error}`);
  return {
    host: answer.host,
    docker: new Docker({ socketPath: answer.host.replace('unix://', '') }),
    release: async () => {
      if (keeper.closed) return;
      const closed = once(keeper, 'close', { signal: deadlineSignal(STOP_TIMEOUT_MS) });
      keeper.end();
      await closed;
    },
  };
}

/** Undefined when there is no keeper, or none that has an answer because it ends just now. */
async function askKeeper(): Promise<{ keeper: Socket; answer: KeeperAnswer } | undefined> {
  const keeper = connect(KEEPER_SOCKET);
  keeper.on('error', () => {});
  try {
    await once(keeper, 'connect');
  } catch {
    return undefined;
  }
  const lines = createInterface(keeper);
  const [line] = await Promise.race([
    once(lines, 'line', { signal: deadlineSignal(START_TIMEOUT_MS) }) as Promise<string[]>,
    once(keeper, 'close').then((): string[] => []),
  ]);
  return line === undefined ? undefined : { keeper, answer: JSON.parse(line) };
}

/** Detached: an interrupted test run must not take the one process with it that cleans up. */
function startKeeper(): ChildProcess {
  const program = new URL('keeper.ts', import.meta.url).pathname;
  const keeper = spawn(process.execPath, [program], { detached: true, stdio: 'ignore' });
  keeper.unref();
  return keeper;
}
