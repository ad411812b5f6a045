import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, monotonicMs, OrdealError, type Repertoire, readFaultPoints } from '@ordeal/core';
import type { GuardParts } from './execution-parts.ts';
import { Guard } from './guard.ts';
import type { Home } from './home/home.ts';
import type { Lives } from './home/lives.ts';
import { isClaimed } from './journal/claim.ts';
import { forgetFarewell, leaveFarewell, readFarewells } from './journal/farewell.ts';
import { type GuardFolder, guardFolder, makeGuardFolder, ownGuardFolder } from './journal/guard-folder.ts';
import { heldExecutions } from './journal/held.ts';
import { openJournal } from './journal/journal.ts';
import { keepSweeping, sweepGuards } from './journal/sweep.ts';
import type { LaunchOptions } from './launch-options.ts';
import { HandleServer, handleSocket } from './operator/handle-server.ts';
import { eventWriter, serve } from './serve.ts';

/** Between two ticks: leases, health samples and the worker's watch over its guard all hang on it. */
const TICK_MS = 250;
/** So long a guard whose worker is gone tries to remove what it has: nobody else would go on with it soon. */
const LINGER_MS = 60_000;
const REMOVE_AGAIN_MS = 1_000;
/** To say so and go, behind the undo budget. */
const EXIT_SLACK_MS = 500;

export interface GuardProcessParts {
  readonly options: LaunchOptions;
  readonly home: Home;
  readonly repertoire: Pick<Repertoire, 'subjectOf' | 'faultOf'>;
  readonly operatorOf: GuardParts['operatorOf'];
  readonly input: Readable;
  readonly output: Writable;
  readonly exit: (code: number) => void;
}

/** Takes the folder, cleans up after dead guards, then and as long as it serves; undoes everything when the line ends, and exits. */
export async function runGuardProcess(parts: GuardProcessParts): Promise<void> {
  const { options, home, repertoire, operatorOf, input, output, exit } = parts;
  const { folders } = options;
  const folder = await takeFolder(options.folder, home.lives);
  const journal = await openJournal(folder.journal);
  const recovered = await sweepGuards(folders, home);
  const handleServer = new HandleServer(handleSocket(folders, folder.path));
  const guard = new Guard(
    {
      guard: basename(folder.path),
      identity: home.lives.self,
      instancesFolder: folder.instances,
      runtimeOf: (name) => home.runtimes.find((runtime) => runtime.name === name),
      repertoire,
      operatorOf,
      handleServer,
      monotonicMs,
      timing: options.timing,
      faultPoints: readFaultPoints(process.env),
      journal,
      send: eventWriter(output),
      leaveFarewell: (farewell) => leaveFarewell(folders, farewell),
      forgetFarewell: (fence) => forgetFarewell(folders, fence),
      // In this order: whoever says farewell does it before the journal goes.
      readLeft: async () => ({
        held: await heldExecutions(folders),
        farewells: await readFarewells(folders),
      }),
      log,
    },
    recovered,
  );
  const ticking = setInterval(() => guard.tick(), TICK_MS);
  const going = new AbortController();
  // A dying guard has so long; what is still there then is nobody's.
  void keepSweeping(folders, home, options.timing.undoMs, going.signal);
  let hasWorker = true;
  const lineEnded = serve(guard, input, output).finally(() => {
    hasWorker = false;
  });
  const reason = await Promise.race([lineEnded, stopReason()]);
  going.abort();
  log(`going: ${reason}`);
  const fromMs = monotonicMs();
  // What is left then stays in the journal, for whoever sweeps next: where there is a worker, the successor that it waits for.
  const staysMs = (): number => (hasWorker ? options.timing.undoMs + EXIT_SLACK_MS : LINGER_MS);
  setInterval(() => {
    if (monotonicMs() - fromMs >= staysMs()) exit(1);
  }, TICK_MS).unref();
  while (!(await guard.shutDown(reason))) await delay(REMOVE_AGAIN_MS);
  clearInterval(ticking);
  await handleServer.close();
  await journal.close();
  await rm(folder.path, { recursive: true, force: true });
  exit(0);
}

async function takeFolder(path: string, lives: Lives): Promise<GuardFolder> {
  if (!existsSync(path)) return makeGuardFolder(path, lives.self);
  const folder = guardFolder(path);
  await ownGuardFolder(folder, lives.self);
  // First owned, then looked: a sweeper claims first and looks at the owner then, so one of the two gives way.
  if (await isClaimed(folder, lives)) throw new OrdealError('GUARD_LOST', `${path} is being swept`);
  return folder;
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
