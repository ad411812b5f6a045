import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Runtime, type Timing, waitFor } from '@ordeal/core';
import { type Folders, type ProcessIdentity, processesIn, signalProcess } from '@ordeal/place';
import type { LabelledInstance } from '@ordeal/runtimes';
import type { GuardClient } from '../client/guard-client.ts';
import { type SpawnGuardOptions, spawnGuard } from '../client/spawn-guard.ts';
import type { Home } from '../home/home.ts';
import { processLives } from '../home/lives.ts';
import { launchArguments } from '../launch-options.ts';

/** Short, so that leases run out while somebody waits. */
export const QUICK_TIMING: Timing = {
  beatMs: 300,
  guardLeaseMs: 2_000,
  undoMs: 5_000,
  executionLeaseMs: 15_000,
  watchMs: 500,
};

export interface WorkerOrder extends SpawnGuardOptions {
  readonly beatEveryMs: number;
}
export interface WorkerReport {
  readonly guard: ProcessIdentity;
  readonly logAt: string;
}

/** A folder in which guard processes with test doubles can be started; whatever is left in it is killed at the end. */
export class RealGuards implements AsyncDisposable {
  readonly folders: Folders;
  readonly #actsFile: string;
  readonly #clients: GuardClient[] = [];
  readonly #workers: ChildProcess[] = [];

  constructor(folder: string) {
    this.folders = { home: folder, data: folder, shared: folder };
    this.#actsFile = join(folder, 'acts');
  }

  static async create(): Promise<RealGuards> {
    return new RealGuards(await realpath(await mkdtemp(join(tmpdir(), 'guards-'))));
  }

  async spawn(options: Partial<SpawnGuardOptions> = {}): Promise<GuardClient> {
    const own = this.#options();
    const client = await spawnGuard({ ...own, ...options, env: { ...own.env, ...options.env } });
    this.#clients.push(client);
    return client;
  }

  /** A worker double in a process of its own, once it has injected its fault. */
  async spawnWorker(
    options: Partial<SpawnGuardOptions> = {},
  ): Promise<WorkerReport & { process: ChildProcess }> {
    const order: WorkerOrder = { ...this.#options(), beatEveryMs: 300, ...options };
    const program = fileURLToPath(new URL('worker-program.ts', import.meta.url));
    const worker = spawn(process.execPath, [program, JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#workers.push(worker);
    let said = '';
    worker.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    await waitFor('the worker has injected its fault', () => said.includes('\n') || undefined, {
      timeoutMs: 20_000,
    });
    return { ...(JSON.parse(said) as WorkerReport), process: worker };
  }

  /** A guard whose answers and events nobody reads. */
  spawnUnread(): ChildProcess {
    const { folders, timing = QUICK_TIMING, env, program = '' } = this.#options();
    const folder = join(folders.data, 'guards', 'unread');
    mkdirSync(dirname(folder));
    const guard = spawn(process.execPath, [program, ...launchArguments({ folder, folders, timing })], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#workers.push(guard);
    return guard;
  }

  /** For sweepers in this process; `labelled` is what an engine would say. */
  home(runtimes: readonly Runtime[], labelled: readonly LabelledInstance[] = []): Home {
    return { lives: processLives(this.folders), runtimes, labelled: async () => labelled };
  }

  /** What the doubles in all guards did, in order. */
  acts(): string[] {
    return existsSync(this.#actsFile) ? readFileSync(this.#actsFile, 'utf8').trim().split('\n') : [];
  }

  /** Live processes of nodes. */
  nodes(): ProcessIdentity[] {
    return this.guardFolders().flatMap((name) =>
      processesIn(join(this.folders.data, 'guards', name, 'instances')),
    );
  }

  guardFolders(): string[] {
    const folder = join(this.folders.data, 'guards');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.kill('SIGKILL');
    await Promise.all(this.#clients.map((client) => client.kill().catch(() => {})));
    for (const identity of processesIn(this.folders.data)) signalProcess(identity, 'SIGKILL');
    await rm(this.folders.data, { recursive: true, force: true, maxRetries: 5 });
  }

  #options(): SpawnGuardOptions {
    return {
      folders: this.folders,
      timing: QUICK_TIMING,
      env: { GUARD_ACTS: this.#actsFile },
      program: fileURLToPath(new URL('guard-program.ts', import.meta.url)),
    };
  }
}
