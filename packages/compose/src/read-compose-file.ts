import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deadlineSignal, describeError, OrdealError } from '@ordeal/core';
import { parse } from 'yaml';
import { z } from 'zod';
import { findCompose, runCompose } from './compose-program.ts';
import { type ComposeModel, composeModel } from './model.ts';

/** Reads files and asks no engine; what takes longer hangs. */
const CONFIG_DEADLINE_MS = 60_000;

/**
 * The file as compose understands it: variables filled in, other files that it includes read, paths absolute. Where
 * there is no compose, the file as it is written: enough to know what is in it, and not to run it.
 * @param path absolute
 * @throws OrdealError BAD_INPUT with what is wrong with it, in compose's words
 */
export async function readComposeFile(path: string): Promise<ComposeModel> {
  const written = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : describeError(cause);
    throw new OrdealError('BAD_INPUT', `${path}: ${why}`);
  });
  const program = await findCompose();
  const signal = deadlineSignal(CONFIG_DEADLINE_MS);
  const resolved =
    program === undefined
      ? written
      : await runCompose(program, ['-f', path, 'config'], { cwd: dirname(path), signal }).catch(
          (error: unknown) => {
            const why = describeError(error).replaceAll('\n', ' ');
            throw new OrdealError('BAD_INPUT', `${path}: ${why}`);
          },
        );
  const result = composeModel.safeParse(parsed(path, resolved));
  if (result.success) return result.data;
  throw new OrdealError('BAD_INPUT', `${path}: ${z.prettifyError(result.error)}`);
}

function parsed(path: string, text: string): unknown {
  try {
    return parse(text, { merge: true });
  } catch (error) {
    throw new OrdealError('BAD_INPUT', `${path}: ${describeError(error)}`);
  }
}
