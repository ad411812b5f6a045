import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { monotonicMs, OrdealError } from '@ordeal/core';
import { type Mount, mountsIn, type User } from '@ordeal/place';

const run = promisify(execFile);

/** Our mark in the mount table: what bears another name is not ours to take away. */
const SOURCE = 'ordeal';
/** mount(8) and umount(8) take some milliseconds; who takes this long hangs. */
const PROGRAM_WITHIN_MS = 3_000;
/** What the last process that had a file open there may take to be torn down. */
const BUSY_MS = 500;
const AGAIN_MS = 50;

let known: Promise<string | undefined> | undefined;

/** Why this process cannot mount a tmpfs, in words that fit behind "because"; undefined when it can. Tried once. */
export function whyNoTmpfs(): Promise<string | undefined> {
  known ??= tryTmpfs();
  return known;
}

async function tryTmpfs(): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    return `mounting a tmpfs needs root on Linux, and this is ${process.platform}`;
  }
  const uid = process.getuid?.();
  if (uid !== 0) return `mounting a tmpfs needs root on Linux, and this worker runs as uid ${uid}`;
  try {
    // Root in a container often may not. In a mount namespace of its own the mount ends with the program, however
    // that ends.
    await mountProgram('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=64k', SOURCE, tmpdir()]);
    return undefined;
  } catch (error) {
    return `this worker is root and may not mount a tmpfs all the same (${firstLine(error)})`;
  }
}

/**
 * Mounts an empty tmpfs on a folder that is there, for its owner alone. Root gets no reserve of it: full is full
 * for everybody. `workingFolder` is where the program runs, and by which it is found should we be killed meanwhile.
 * @throws OrdealError TARGET_FAILED when it cannot be mounted
 */
export async function mountTmpfs(
  folder: string,
  { sizeMb, owner, workingFolder }: { sizeMb: number; owner: User | undefined; workingFolder: string },
): Promise<void> {
  const ownership = owner === undefined ? [] : [`uid=${owner.uid}`, `gid=${owner.gid}`];
  const options = [`size=${sizeMb}m`, 'mode=0700', 'nosuid', 'nodev', ...ownership].join(',');
  try {
    await mountProgram('mount', ['-t', 'tmpfs', '-o', options, SOURCE, folder], workingFolder);
  } catch (error) {
    throw new OrdealError('TARGET_FAILED', `cannot mount a tmpfs on ${folder}: ${firstLine(error)}`, {
      cause: error,
    });
  }
}

/**
 * Unmounts every tmpfs of ours in the folder. One that stays busy is detached: nobody finds it any more, and the
 * kernel drops it with the last file that is open there.
 * @throws OrdealError TARGET_FAILED, before anything is unmounted, when something else is mounted there; and when
 * one of ours cannot be unmounted
 */
export async function unmountTmpfsIn(folder: string): Promise<void> {
  const busyUntil = monotonicMs() + BUSY_MS;
  for (;;) {
    const mounts = mountsIn(folder);
    const foreign = mounts.find((mount) => !isOurs(mount));
    if (foreign !== undefined) {
      const what = `${foreign.type} ${foreign.source}`;
      throw new OrdealError('TARGET_FAILED', `somebody mounted ${what} on ${foreign.path}: unmount it`);
    }
    if (mounts.length === 0) return;
    const paths = mounts.map(({ path }) => path).toReversed();
    const isLast = monotonicMs() >= busyUntil;
    const failure = await mountProgram('umount', [...(isLast ? ['-l'] : []), ...paths]).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (isLast && failure !== undefined && mountsIn(folder).length > 0) {
      throw new OrdealError('TARGET_FAILED', `cannot unmount: ${firstLine(failure)}`, { cause: failure });
    }
    if (failure !== undefined) await delay(AGAIN_MS);
  }
}

function isOurs({ type, source }: Mount): boolean {
  return type === 'tmpfs' && source === SOURCE;
}

async function mountProgram(command: string, args: readonly string[], cwd = '/'): Promise<void> {
  // Its messages end up in front of people and in tests: in one language.
  const env = { PATH: process.env.PATH, LC_ALL: 'C' };
  await run(command, args, { cwd, env, timeout: PROGRAM_WITHIN_MS, killSignal: 'SIGKILL' });
}

/** What the program said, or why it could not be run; mount(8) goes on with hints. */
function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const said = stderr?.trim() ?? '';
  return (said === '' ? message : said).split('\n')[0] ?? '';
}
