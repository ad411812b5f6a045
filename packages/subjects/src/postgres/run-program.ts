import { spawn } from 'node:child_process';
import type { NodeSite } from '@ordeal/core';
import { OrdealError } from '@ordeal/core';

/** Enough of an output to explain a failure. */
const KEPT_OUTPUT = 2_000;

/** What a program of Postgres needs of an environment; the caller's own locale and time zone stay out. */
export const PROGRAM_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/**
 * Runs a program to its end as the given user.
 * @throws OrdealError TARGET_FAILED with the end of its output, when it fails; the signal's reason when aborted.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { runAs: NodeSite['runAs']; cwd: string; signal: AbortSignal; input?: string },
): Promise<void> {
  const { runAs, cwd, signal, input = '' } = options;
  const child = spawn(command, args, {
    cwd,
    env: PROGRAM_ENVIRONMENT,
    signal,
    killSignal: 'SIGKILL',
    ...(runAs ?? {}),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  // A program that has died does not take its input; its exit says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  child.on('error', (error) => reject(signal.aborted ? signal.reason : error));
  child.on('close', (code, killed) => {
    if (code === 0) return resolve();
    reject(new OrdealError('TARGET_FAILED', `${command} ended with ${code ?? killed}: ${output.trim()}`));
  });
  await promise;
}
