import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { deadlineSignal, OrdealError } from '@ordeal/core';

/** In words that fit behind "because". */
export const NO_COMPOSE =
  'there is neither `docker compose` nor `docker-compose` on this machine: install the compose plugin of Docker';

/** The words that its command line begins with. */
export type ComposeProgram = readonly [command: string, ...args: string[]];

/** Version 2 is a plugin of the `docker` program, version 1 a program of its own; both understand what we ask of them. */
const PLUGIN: ComposeProgram = ['docker', 'compose'];
const PROGRAM = 'docker-compose';

const FIND_DEADLINE_MS = 20_000;
/** Of what it writes to standard error: what went wrong stands at the end. */
const LAST_LINES = 12;

/** The newest one that this machine has; undefined when it has none. */
export async function findCompose(): Promise<ComposeProgram | undefined> {
  const asked = { cwd: '/', signal: deadlineSignal(FIND_DEADLINE_MS) };
  const hasPlugin = await runCompose(PLUGIN, ['version'], asked).then(
    () => true,
    () => false,
  );
  if (hasPlugin) return PLUGIN;
  // Not asked: version 1 takes a second to say that it is there.
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, PROGRAM))) ? [PROGRAM] : undefined;
}

export interface RunOptions {
  readonly cwd: string;
  /** When it fires, the program is killed. */
  readonly signal: AbortSignal;
  /** `unix:///path` or `tcp://host:port`; default: what DOCKER_HOST says, else the default socket. */
  readonly engine?: string | undefined;
  /** For its standard input. */
  readonly input?: string;
  /** Is told each line that it writes to standard error: its progress. */
  readonly progress?: (line: string) => void;
}

/**
 * Runs compose to its end, and gives what it wrote to standard output.
 * @throws OrdealError TARGET_FAILED with its last lines when it fails; the signal's reason
 */
export async function runCompose(
  [command, ...first]: ComposeProgram,
  args: readonly string[],
  { cwd, signal, engine, input = '', progress }: RunOptions,
): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(command, [...first, ...args], {
    cwd,
    env: {
      ...process.env,
      ...(engine === undefined ? {} : { DOCKER_HOST: engine }),
      // What we read must not depend on the terminal of whoever started us.
      COMPOSE_ANSI: 'never',
      COMPOSE_PROGRESS: 'plain',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    signal,
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, killed) => resolve(killed ?? `exit code ${code}`));
  });
  // It may end without having read any of it.
  child.stdin.on('error', () => {}).end(input);
  const last: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.trim() === '') return;
    progress?.(line);
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
  });
  const output = text(child.stdout);
  const how = await ended.catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new OrdealError('TARGET_FAILED', `${command} cannot be run`, { cause });
  });
  signal.throwIfAborted();
  if (how === 'exit code 0') return output;
  const said = last.length === 0 ? 'it says nothing' : last.join('\n');
  throw new OrdealError(
    'TARGET_FAILED',
    `${[command, ...first, ...args].join(' ')} failed (${how}): ${said}`,
  );
}
