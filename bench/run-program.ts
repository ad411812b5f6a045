import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { z } from 'zod';

/** No side of a benchmark takes nearly as long. */
const TIMEOUT_MS = 15 * 60_000;

/**
 * Runs one side of a benchmark as a process of its own, and reads the JSON on the last line of its output.
 * @throws Error with what it wrote, when it fails
 */
export async function runProgram<T>(
  shape: z.ZodType<T>,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const { stdout } = await promisify(execFile)(program, [...args], { env, timeout: TIMEOUT_MS });
  return shape.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** The same for a script of this folder, by its path in it. */
export function runScript<T>(
  shape: z.ZodType<T>,
  script: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<T> {
  return runProgram(shape, process.execPath, [join(import.meta.dirname, script), ...args], env);
}
