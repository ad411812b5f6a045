import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import {
  describeError,
  monotonicMs,
  OrdealError,
  type Repertoire,
  type Runtime,
  readFaultPoints,
} from '@ordeal/core';
import { identityOf } from '@ordeal/place';
import { Guard } from './guard.ts';
import { isClaimed } from './journal/claim.ts';
import { leaveFarewell } from './journal/farewell.ts';
import { type GuardFolder, guardFolder, makeGuardFolder, ownGuardFolder } from './journal/guard-folder.ts';
import { openJournal } from './journal/journal.ts';
import { sweepGuards } from './journal/sweep.ts';
import type { LaunchOptions } from './launch-options.ts';
import { eventWriter, serve } from './serve.ts';

/** Between two ticks: leases, health samples and the worker's watch over its guard all hang on it. */
const TICK_MS = 250;

export interface GuardProcessParts {
  readonly options: LaunchOptions;
  readonly runtimes: readonly Runtime[];
  readonly repertoire: Pick<Repertoire, 'subjectOf' | 'faultOf'>;
  readonly input: Readable;
  readonly output: Writable;
  readonly exit: (code: number) => void;
}

/** Takes the folder, cleans up after dead guards, serves until the line ends, undoes everything, and exits. */
export async function runGuardProcess(parts: GuardProcessParts): Promise<void> {
  const { options, runtimes, repertoire, input, output, exit } = parts;
  const { folder, identity } = await takeFolder(options.folder);
  const journal = await openJournal(folder.journal);
  const recovered = await sweepGuards(options.folders, runtimes);
  const guard = new Guard(
    {
      guard: basename(folder.path),
      identity,
      instancesFolder: folder.instances,
      runtimeOf: (name) => runtimes.find((runtime) => runtime.name === name),
      repertoire,
      monotonicMs,
      timing: options.timing,
      faultPoints: readFaultPoints(process.env),
      journal,
      send: eventWriter(output),
      leaveFarewell: (farewell) => leaveFarewell(options.folders, farewell),
      log,
    },
    recovered,
  );
  const ticking = setInterval(() => guard.tick(), TICK_MS);
  const reason = await Promise.race([serve(guard, input, output), stopReason()]);
  log(`going: ${reason}`);
  // What is still left after the budget stays in the journal, for whoever sweeps next.
  setTimeout(() => exit(1), options.timing.undoMs + 500).unref();
  const clean = await guard.shutDown(reason);
  clearInterval(ticking);
  await journal.close();
  if (clean) await rm(folder.path, { recursive: true, force: true });
  exit(clean ? 0 : 1);
}

async function takeFolder(path: string): Promise<{ folder: GuardFolder; identity: string }> {
  const identity = identityOf(process.pid);
  if (identity === null) throw new OrdealError('INTERNAL', 'the guard cannot tell its own identity');
  if (!existsSync(path)) return { folder: await makeGuardFolder(path, identity), identity };
  const folder = guardFolder(path);
  await ownGuardFolder(folder, identity);
  // First owned, then looked: a sweeper claims first and looks at the owner then, so one of the two gives way.
  if (await isClaimed(folder)) throw new OrdealError('GUARD_LOST', `${path} is being swept`);
  return { folder, identity };
}

/** Resolves when somebody or something wants the guard to go. Ctrl+C and a closed terminal are meant for others. */
function stopReason(): Promise<string> {
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    // A bug in one trial must not leave the faults of all the others in place.
    process.on('uncaughtException', (error) => resolve(`a bug: ${error.stack ?? describeError(error)}`));
    process.on('unhandledRejection', (error) => {
      resolve(`a bug: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
}

function log(text: string): void {
  console.error(`${new Date().toISOString()} ${text}`);
}
