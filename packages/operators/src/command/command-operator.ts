import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  deadlineSignal,
  describeError,
  type Engagement,
  type HandleAccess,
  type JsonObject,
  type Operator,
  OrdealError,
} from '@ordeal/core';
import { identityOf } from '@ordeal/place';
import { z } from 'zod';
import { SOCKET_VARIABLE, TOKEN_VARIABLE } from '../handles/variables.ts';
import type { CommandDefinition } from './definition.ts';
import { killOperator } from './operator-processes.ts';
import { ToldLines } from './told-lines.ts';

const DEADLINE_SECONDS = 3_600;
/** Between SIGTERM and SIGKILL: long enough to say a last word, too short to go on repairing. */
const END_WITHIN_MS = 500;
/** Of what it writes to standard error, in characters: the end of a log. */
const MOST_COMPLAINTS = 4_000;
/** `ordeal`, for operators: the handles and nothing else, so that it starts quickly. */
const BIN = join(import.meta.dirname, '../../bin');

/** Environment that leads to Ordeal's own books, where it is written what is done to whom. */
const OURS = /^(DATABASE_URL|REDIS_URL|ORDEAL_.*|PG[A-Z]+|INIT_CWD)$/;

/**
 * An operator as a program of the user's: it is started for each incident, reads it as one line of JSON on standard
 * input, and says what it sees and does in lines of JSON on standard output.
 * @param settingsFile its folder is the program's working folder
 */
export function commandOperator(
  name: string,
  definition: CommandDefinition,
  settingsFile: string | undefined,
): Operator {
  return {
    name,
    checkSettings: (settings) => checkSettings(name, definition, settings),
    async engage(engagement) {
      const { deadlineSeconds = DEADLINE_SECONDS } = definition;
      const access = await engagement.openHandles();
      const signal = deadlineSignal(deadlineSeconds * 1000, engagement.signal);
      await run(definition, settingsFile, engagement, access, signal);
      if (signal.aborted && !engagement.signal.aborted) {
        engagement.tell({ kind: 'note', note: { kind: 'deadline', seconds: deadlineSeconds } });
      }
    },
  };
}

function checkSettings(
  name: string,
  { settings: shape }: CommandDefinition,
  settings: JsonObject,
): JsonObject {
  const { data, error } = (shape ?? z.strictObject({})).safeParse(settings);
  if (error === undefined) return data as JsonObject;
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'all of it'}: ${message}`);
  throw new OrdealError('BAD_INPUT', `settings for the operator ${name}: ${problems.join('; ')}`);
}

async function run(
  { command, args = [], env }: CommandDefinition,
  settingsFile: string | undefined,
  { incident, settings, tell }: Engagement,
  access: HandleAccess,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const child = spawn(command, args, {
    ...(settingsFile === undefined ? {} : { cwd: dirname(settingsFile) }),
    env: { ...environment(), ...env, ...accessVariables(access) },
    // A process group of its own: a signal to it reaches nobody else.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const root = child.pid === undefined ? null : identityOf(child.pid);
  const told = new ToldLines(tell);
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (!told.read(chunk)) child.stdout.destroy();
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaints = (complaints + chunk).slice(-MOST_COMPLAINTS);
  });
  // It may not read, or be gone: how it ended says enough.
  child.stdin.on('error', () => {});
  child.stdin.end(`${JSON.stringify({ ...incident, settings })}\n`);
  const ended = once(child, 'exit').then(
    ([code, by]): string | number => by ?? code,
    (error: unknown) => describeError(error),
  );
  const stopped = once(signal, 'abort');
  await Promise.race([ended, stopped]);
  const isStopped = signal.aborted;
  if (isStopped && child.exitCode === null) {
    child.kill('SIGTERM');
    await Promise.race([ended, delay(END_WITHIN_MS)]);
  }
  await killOperator(root, access.token);
  // What it wrote last may still be on its way.
  await Promise.race([Promise.all([closed(child.stdout), closed(child.stderr)]), delay(END_WITHIN_MS)]);
  told.end();
  const how = await ended;
  if (complaints !== '') tell({ kind: 'note', note: { kind: 'standard_error', end: complaints } });
  if (!isStopped && how !== 0) tell({ kind: 'note', note: { kind: 'ended', how } });
}

async function closed(stream: NodeJS.ReadableStream & { readonly closed: boolean }): Promise<void> {
  if (!stream.closed) await once(stream, 'close');
}

function accessVariables({ socket, token }: HandleAccess): Record<string, string> {
  return {
    [SOCKET_VARIABLE]: socket,
    [TOKEN_VARIABLE]: token,
    ORDEAL_NODE: process.execPath,
    PATH: `${BIN}:${process.env.PATH ?? ''}`,
  };
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));
}
