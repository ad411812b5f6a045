import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@ordeal/core';
import { mountsIn } from '@ordeal/place';
import Docker from 'dockerode';
import { removeCgroups } from './cgroups.ts';
import { emptyEngine } from './empty-engine.ts';
import { noteHostNetwork, restoreHostNetwork } from './host-network.ts';
import { ENGINE_CGROUP, ENGINE_DATA, ENGINE_HOST, ENGINE_RUN } from './places.ts';

export interface OwnEngine {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /**
   * Ends the engine by the signal, calls back, and starts it again. SIGTERM ends its containers, SIGKILL leaves them
   * running, and then the next start ends them: it does so before it answers.
   */
  restart(signal: 'SIGKILL' | 'SIGTERM', whileAway: () => Promise<void>): Promise<void>;
  /** Removes every container, network and volume, ends the engine, and leaves nothing of it but its images. */
  stop(): Promise<void>;
}

/** After a kill it first waits 10 s for the containers that outlived it. */
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
  const docker = new Docker({ socketPath: `${ENGINE_RUN}/engine.sock`, timeout: REQUEST_TIMEOUT_MS });
  let engine = spawnEngine();
  try {
    await answering(engine, docker).catch(async () => {
      // An engine that ended while it made a network leaves a database that Docker 20.10 panics at.
      await end(engine);
      rmSync(`${ENGINE_DATA}/network`, { recursive: true, force: true });
      engine = spawnEngine();
      await answering(engine, docker);
    });
    // What a run left whose keeper was killed.
    await emptyEngine(docker);
  } catch (error) {
    await end(engine);
    throw error;
  }
  engine.once('exit', onLost);
  return {
    host: ENGINE_HOST,
    restart: async (signal, whileAway) => {
      engine.off('exit', onLost);
      const exited = once(engine, 'exit');
      engine.kill(signal);
      await exited;
      try {
        await whileAway();
      } finally {
        engine = spawnEngine();
        await answering(engine, docker);
        engine.once('exit', onLost);
      }
    },
    stop: async () => {
      engine.off('exit', onLost);
      await emptyEngine(docker).catch(() => {});
      await end(engine);
    },
  };
}

/** @throws Error with the end of the engine's log when it does not come to answer */
async function answering(engine: ChildProcess, docker: Docker): Promise<void> {
  const answers = async (): Promise<true | undefined> => {
    if (hasEnded(engine)) throw new Error('it ended at once');
    return await docker.ping().then(
      () => true,
      () => undefined,
    );
  };
  await waitFor('dockerd', answers, { timeoutMs: START_TIMEOUT_MS }).catch((error: Error) => {
    throw new Error(`${error.message}\n${logEnd()}`, { cause: error });
  });
}

/**
 * With `--bridge none` there is no docker0: tests make networks of their own. The engine must not outlive its keeper
 * even when that is killed, hence `--pdeathsig`; containerd is the engine's child, and ends with it.
 */
function spawnEngine(): ChildProcess {
  const log = openSync(`${ENGINE_RUN}/engine.log`, 'a');
  const args = {
    '--data-root': ENGINE_DATA,
    '--exec-root': `${ENGINE_RUN}/exec`,
    '--pidfile': `${ENGINE_RUN}/engine.pid`,
    '--host': ENGINE_HOST,
    '--bridge': 'none',
    '--shutdown-timeout': '1',
  };
  // Not by way of systemd, which does not know the processes of another namespace.
  const cgroup =
    ENGINE_CGROUP === undefined
      ? {}
      : { '--cgroup-parent': `/${ENGINE_CGROUP}`, '--exec-opt': 'native.cgroupdriver=cgroupfs' };
  return spawn(
    'setpriv',
    ['--pdeathsig', 'TERM', 'dockerd', ...Object.entries({ ...args, ...cgroup }).flat()],
    {
      stdio: ['ignore', log, log],
    },
  );
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
  if (ENGINE_CGROUP !== undefined) await removeCgroups(ENGINE_CGROUP);
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
