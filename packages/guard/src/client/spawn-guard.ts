import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { checkTiming, DEFAULT_TIMING, describeError, OrdealError, type Timing, waitFor } from '@ordeal/core';
import { type Folders, identityOf, isAlive, type ProcessIdentity, signalProcess } from '@ordeal/place';
import { processLives } from '../home/lives.ts';
import { type GuardFolder, guardsFolder, makeGuardFolder, newGuardName } from '../journal/guard-folder.ts';
import { launchArguments } from '../launch-options.ts';
import { type GuardClient, LineGuardClient } from './guard-client.ts';
import { guardNotUp, HELLO_DEADLINE_MS } from './not-up.ts';

const KILL_DEADLINE_MS = 5_000;

export interface SpawnGuardOptions {
  readonly folders: Folders;
  /** Default: {@link DEFAULT_TIMING}. Shorter is for tests. */
  readonly timing?: Timing;
  /** The settings file with the subjects and faults that it shall know beside the built-in ones. */
  readonly settings?: string | undefined;
  /** The database of the operator `operator-db`. */
  readonly operatorDb?: string | undefined;
  /** There is an engine: what its labels tell of dead guards of this place is removed as well. Default: nobody asks it. */
  readonly hasEngine?: boolean | undefined;
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** For lines of the guard that are not in the protocol. Default: nowhere. */
  readonly log?: (text: string) => void;
  /** The guard's program. Default: the real one. Another one is for tests. */
  readonly program?: string;
}

/**
 * Starts a guard as a process of its own session, which outlives this one, and waits until it has cleaned up
 * after dead guards and said hello. The line to it keeps this process alive only while a question is open.
 * @throws OrdealError GUARD_LOST with the end of its log, when it does not come up.
 */
export async function spawnGuard(options: SpawnGuardOptions): Promise<GuardClient> {
  const timing = checkTiming(options.timing ?? DEFAULT_TIMING);
  const folder = await newGuardFolder(options.folders);
  const child = await launch(folder, timing, options);
  const identity = child.pid === undefined ? null : identityOf(child.pid);
  if (child.pid === undefined || identity === null) throw await notUp(folder, 'it exited at once');
  const client = new LineGuardClient({
    ...pipesOf(child),
    identity,
    isAlive: async () => isAlive(identity),
    kill: () => kill(identity),
    logAt: folder.log,
    timing,
    exited: exitOf(child),
    log: options.log ?? (() => {}),
  });
  try {
    await client.hello(HELLO_DEADLINE_MS);
    return client;
  } catch (error) {
    await client.kill();
    throw await notUp(folder, describeError(error));
  }
}

async function newGuardFolder(folders: Folders): Promise<GuardFolder> {
  const parent = guardsFolder(folders);
  await mkdir(parent, { recursive: true, mode: 0o755 });
  return makeGuardFolder(join(parent, newGuardName()), processLives(folders).self);
}

async function launch(
  folder: GuardFolder,
  timing: Timing,
  { folders, settings, operatorDb, hasEngine, env, program }: SpawnGuardOptions,
): Promise<ChildProcess> {
  const main = program ?? fileURLToPath(new URL('../main.ts', import.meta.url));
  const args = launchArguments({ folder: folder.path, folders, timing, settings, operatorDb, hasEngine });
  await using log = await open(folder.log, 'a');
  return spawn(process.execPath, [main, ...args], {
    // A session of its own: Ctrl+C reaches the whole foreground group, and the guard must outlive the worker.
    detached: true,
    stdio: ['pipe', 'pipe', log.fd],
    cwd: folder.path,
    env: { ...process.env, ...env },
  });
}

async function kill(identity: ProcessIdentity): Promise<void> {
  signalProcess(identity, 'SIGKILL');
  await waitFor('the guard is dead', () => !isAlive(identity) || undefined, { timeoutMs: KILL_DEADLINE_MS });
}

function pipesOf(child: ChildProcess): { input: Writable; output: Readable } {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new OrdealError('INTERNAL', 'the guard has no pipes');
  child.unref();
  for (const pipe of [stdin, stdout]) if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  return { input: stdin, output: stdout };
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`the guard could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`the guard exited (${signal ?? `code ${code}`})`));
  });
}

/** The error of a guard that did not come up; its folder is of no more use, but the end of its log is. */
async function notUp(folder: GuardFolder, why: string): Promise<OrdealError> {
  const log = await readFile(folder.log, 'utf8').catch(() => '');
  await rm(folder.path, { recursive: true, force: true });
  return guardNotUp(why, log);
}
