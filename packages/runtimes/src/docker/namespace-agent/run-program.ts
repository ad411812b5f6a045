import { spawn } from 'node:child_process';
import { OrdealError } from '@ordeal/core';

/** iptables, ss and the like take some milliseconds; who takes this long hangs. */
const WITHIN_MS = 3_000;

/**
 * Runs a program of the system to its end, and returns its standard output.
 * @throws OrdealError UNSUPPORTED when it is not there; DEADLINE; TARGET_FAILED, with what it said, when it fails
 */
export async function runProgram(command: string, args: readonly string[], input = ''): Promise<string> {
  // What it says ends up in front of people: in one language.
  const env = { PATH: process.env.PATH, LC_ALL: 'C' };
  const child = spawn(command, args, { env, timeout: WITHIN_MS, killSignal: 'SIGKILL' });
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null }>();
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  child.on('error', reject);
  child.on('close', (code) => resolve({ code }));
  // It may have ended before it read all of it: its exit code says why.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const { code } = await promise.catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === 'ENOENT';
    throw new OrdealError(isMissing ? 'UNSUPPORTED' : 'TARGET_FAILED', `cannot run ${command}`, { cause });
  });
  if (code === 0) return output;
  if (code === null) throw new OrdealError('DEADLINE', `${command}: not within ${WITHIN_MS / 1000} s`);
  throw new OrdealError('TARGET_FAILED', `${command}: ${complaints.trim().split('\n').join('; ')}`);
}
