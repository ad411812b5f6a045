import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@ordeal/core';
import { mountsIn } from '@ordeal/place';
import Docker from 'dockerode';
import { emptyEngine } from './empty-engine.ts';
import { noteHostNetwork, restoreHostNetwork } from './host-network.ts';
import { ENGINE_DATA, ENGINE_HOST, ENGINE_RUN } from './places.ts';

export interface OwnEngine {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Removes every container, network and volume, ends the engine, and leaves nothing of it but its images. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 20_000;

/**
 * Starts a Docker engine apart from any other on the machine; root only.
 * @param onLost called when the engine ends and nobody stopped it
 * @throws Error with the end of the engine's log when it does not start
 */
export async function startOwnEngine(onLost: () => void): Promise<OwnEngine> {
  mkdirSync(ENGINE_DATA, { recursive: true });
  mkdirSync(ENGINE_RUN, { recursive: true });
  await predecessorGone();
  noteHostNetwork();
  const engine = spawnEngine();
  const docker = new Docker({ socketPath: `${ENGINE_RUN}/engine.sock`, timeout: REQUEST_TIMEOUT_MS });
  const answers = async (): Promise<true | undefined> => {
    if (hasEnded(engine)) throw new Error('it ended at once');
    return await docker.ping().then(
      () => true,
      () => undefined,
    );
  };
  try {
    await waitFor('dockerd', answers, { timeoutMs: START_TIMEOUT_MS });
    // What a run left whose keeper was killed.
    await emptyEngine(docker);
  } catch (error) {
    await end(engine);
    throw new Error(`${(error as Error).message}\n${logEnd()}`, { cause: error });
  }
  engine.once('exit', onLost);
  return {
    host: ENGINE_HOST,
    stop: async () => {
      engine.off('exit', onLost);
      await emptyEngine(docker).catch(() => {});
      await end(engine);
    },
  };
}

/**
 * With `--bridge none` there is no docker0: tests make networks of their own. The engine must not outlive its keeper
 * even when that is killed, hence `--pdeathsig`; containerd is the engine's child, and ends with it.
 */
function spawnEngine(): ChildProcess {
  const log = openSync(`${ENGINE_RUN}/engine.log`, 'w');
  const args = {
    '--data-root': ENGINE_DATA,
    '--exec-root': `${ENGINE_RUN}/exec`,
    '--pidfile': `${ENGINE_RUN}/engine.pid`,
    '--host': ENGINE_HOST,
    '--bridge': 'none',
    '--shutdown-timeout': '1',
  };
  return spawn('setpriv', ['--pdeathsig', 'TERM', 'dockerd', ...Object.entries(args).flat()], {
    stdio: ['ignore', log, log],
  });
}

/** An engine whose keeper was killed is about to end, and has a lock on the data until it does. */
async function predecessorGone(): Promise<void> {
  const gone = (): true | undefined => {
    try {
      process.kill(Number(readFileSync(`${ENGINE_RUN}/engine.pid`, 'utf8')), 0);
      return undefined;
    } catch {
      return true;
    }
  };
  await waitFor('the end of an earlier test engine', gone, { timeoutMs: STOP_TIMEOUT_MS });
}

async function end(engine: ChildProcess): Promise<void> {
  if (!hasEnded(engine)) {
    const exited = once(engine, 'exit');
    engine.kill('SIGTERM');
    const patience = new AbortController();
    const late = delay(STOP_TIMEOUT_MS, undefined, { signal: patience.signal }).then(
      () => engine.kill('SIGKILL'),
      () => {},
    );
    await exited;
    patience.abort();
    await late;
  }
  restoreHostNetwork();
  unmountBelow(ENGINE_RUN);
  rmSync(ENGINE_RUN, { recursive: true, force: true });
}

/** An engine leaves its handles of network namespaces mounted. */
function unmountBelow(folder: string): void {
  for (const { path } of mountsIn(folder).reverse()) execFileSync('umount', [path]);
}

function hasEnded(engine: ChildProcess): boolean {
  return engine.exitCode !== null || engine.signalCode !== null;
}

function logEnd(): string {
  return readFileSync(`${ENGINE_RUN}/engine.log`, 'utf8').split('\n').slice(-10).join('\n');
}
