import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type ExecOutcome, OrdealError, type ProcessLaunch } from '@ordeal/core';
import { identityOf, killAll, type User, withDescendants } from '@ordeal/place';
import { OutputEnd } from '../handles.ts';
import { inheritedEnvironment } from './launch-node.ts';

/** What a shell says of a command that a signal has ended. */
const ENDED_BY_SIGNAL = 128 + 9;
/** How long the rest of the output is waited for when the command itself has ended. */
const OUTPUT_WITHIN_MS = 300;

/**
 * Runs a command as the node's own would run: its user, its environment, its folder. So it is one of the node's
 * processes, and goes with it when the instance is removed.
 * @throws OrdealError TARGET_FAILED when it cannot be run; the signal's reason, once its descendants are killed
 */
export async function runCommand(
  [command = '', ...args]: readonly string[],
  place: {
    readonly launch: ProcessLaunch;
    readonly folder: string;
    readonly runAs: User | undefined;
    readonly signal: AbortSignal;
  },
): Promise<ExecOutcome> {
  const { launch, folder, runAs, signal } = place;
  signal.throwIfAborted();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...inheritedEnvironment(folder), ...launch.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(launch.privileges === 'dropped' && runAs !== undefined ? runAs : {}),
  });
  const identity = child.pid === undefined ? null : identityOf(child.pid);
  const output = new OutputEnd();
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.add(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<ExecOutcome>();
  child.once('error', (cause) =>
    reject(new OrdealError('TARGET_FAILED', `cannot run ${command}`, { cause })),
  );
  child.once('exit', async (code) => {
    // What it started and left may hold its output open for as long as it lives.
    await Promise.race([once(child, 'close'), delay(OUTPUT_WITHIN_MS)]);
    // Cut short: over when all of it is.
    if (!signal.aborted) resolve({ exitCode: code ?? ENDED_BY_SIGNAL, output: output.text() });
  });
  const stop = (): void => {
    const roots = identity === null ? [] : [identity];
    // By descent alone: in the node's folder live the node's own processes, too.
    killAll(`processes of ${command}`, (seen) => withDescendants([...roots, ...seen])).then(
      () => reject(signal.reason),
      reject,
    );
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
