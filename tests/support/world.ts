import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { waitFor } from '@ordeal/core';
import { type Folders, openFolders, processesIn } from '@ordeal/place';
import { startTestRedis, type TestRedis, whyNoTestRedis } from '@ordeal/queue/testing';
import { openStore, type Store, startEmbedded, stopEmbedded } from '@ordeal/store';
import { makeOwnClock, type OwnClock, putPostgresBy } from './own-clock.ts';
import type { OwnTestEngine } from './own-engine.ts';

const MAIN = resolve(import.meta.dirname, '../../apps/cli/src/main.ts');

/** An installation of its own in a temporary folder, driven through the command line as a person would. */
export interface World extends AsyncDisposable {
  readonly folders: Folders;
  readonly store: Store & { readonly databaseUrl: string };
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command to its end. */
  ordeal(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Starts a command and leaves it running; it is killed with the world. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): Running;
  /** Writes a campaign file and gives its path. */
  file(yaml: string): Promise<string>;
  /** Of a world that was opened with one: all its processes go by it, except nodes, of which none asks what time it is. */
  readonly clock: OwnClock | undefined;
  /** Of the redis backend. */
  readonly redis: TestRedis | undefined;
  /** Absent: its engine, if it has one, belongs to others as well. */
  readonly engine?: OwnTestEngine | undefined;
  /** Processes of trials: guards and nodes, not the database. */
  trialProcesses(): string[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  output(): string;
  /** Resolves with the exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
}

export const BACKENDS = ['postgres', 'redis'] as const;
export type Backend = (typeof BACKENDS)[number];

/** Why tests of this backend cannot run here; undefined when they can. On CI it throws instead. */
export function whyNot(backend: Backend): string | undefined {
  return backend === 'redis' ? whyNoTestRedis() : undefined;
}

export interface WorldOptions {
  /** See `World.clock`. */
  readonly hasOwnClock?: boolean;
}

/** A machine may have an engine of its own, with a registry behind it: nothing is pulled or started there by accident. */
const NO_ENGINE = 'unix:///nonexistent/docker.sock';

/** @param engine for DOCKER_HOST */
export async function openWorld(
  backend: Backend = 'postgres',
  engine = NO_ENGINE,
  { hasOwnClock = false }: WorldOptions = {},
): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'ordeal-world-'));
  const folders = openFolders(home);
  const { url } = await startEmbedded(folders);
  const clock = hasOwnClock ? await makeOwnClock(join(folders.data, 'clock')) : undefined;
  if (clock !== undefined) await putPostgresBy(clock, folders);
  const redis = backend === 'redis' ? await startTestRedis(clock && {}, clock?.env) : undefined;
  const store = await openStore({ folders, databaseUrl: url });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ORDEAL_HOME: home,
    NO_COLOR: '1',
    DATABASE_URL: '',
    REDIS_URL: redis?.url ?? '',
    INIT_CWD: home,
    DOCKER_HOST: engine,
    ...clock?.env,
  };
  const running: ChildProcess[] = [];
  let files = 0;

  const trialProcesses = () => processesIn(join(folders.data, 'guards'));

  function start(args: readonly string[], extra: NodeJS.ProcessEnv = {}): Running {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: home,
      env: { ...env, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const ended = once(child, 'exit').then(([code]) => code as number | null);
    if (child.pid === undefined) throw new Error('could not start a command');
    return { child, pid: child.pid, output: () => text, ended };
  }

  return {
    folders,
    store,
    env,
    clock,
    redis,
    start,
    async ordeal(...args) {
      const child = spawn(process.execPath, [MAIN, ...args], {
        cwd: home,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.push(child);
      const [stdout, stderr, [code]] = await Promise.all([
        readAll(child.stdout),
        readAll(child.stderr),
        once(child, 'close'),
      ]);
      return { code: code as number | null, stdout, stderr };
    },
    async file(yaml) {
      const path = join(home, `campaign-${++files}.yaml`);
      await writeFile(path, yaml);
      return path;
    },
    trialProcesses,
    async [Symbol.asyncDispose]() {
      for (const child of running) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      // Guards outlive their workers by what they have to remove, for up to a minute, and have volumes mounted until then.
      await waitFor('guards have gone', () => trialProcesses().length === 0 || undefined, {
        timeoutMs: 75_000,
      });
      await store.close();
      await stopEmbedded(folders);
      await redis?.stop();
      await clock?.[Symbol.asyncDispose]();
      await rm(folders.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function readAll(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += chunk.toString();
  return text;
}
