import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@ordeal/core';
import { type Folders, identityOf } from '@ordeal/place';
import { embeddedStatus, stopEmbedded } from '@ordeal/store';
import { faketimeLibrary, whyNoFaketime } from '../../scripts/faketime.ts';

/**
 * A wall clock that a test can turn, for the processes of one world: they read it instead of the machine's. Their monotonic
 * clock stays the machine's, as when somebody sets a machine's clock.
 */
export interface OwnClock extends AsyncDisposable {
  /** Programs with this in their environment go by it, and all that they start with it. */
  readonly env: Readonly<Record<string, string>>;
  /** Turns it, once, by at least half an hour: from now on whoever asks what time it is hears the new one. */
  turn(byMs: number): Promise<void>;
  /** An instant that was read from it some time in this test, as the machine's clock would have shown it. */
  straighten(instant: Date): Date;
}

/** Why no test can have one here; undefined when they can. On CI it throws instead. */
export function whyNoOwnClock(): string | undefined {
  const why = whyNoFaketime();
  if (why !== undefined && process.env.CI) throw new Error(`${why}, and CI skips nothing`);
  return why;
}

/** @param folder not there yet; readable for every user, as those of servers are */
export async function makeOwnClock(folder: string): Promise<OwnClock> {
  const file = join(folder, 'offset');
  let turnedByMs = 0;
  const write = async (): Promise<void> => {
    await writeFile(`${file}.draft`, `${turnedByMs < 0 ? '' : '+'}${turnedByMs / 1_000}\n`);
    await rename(`${file}.draft`, file);
  };
  await mkdir(folder);
  await chmod(folder, 0o755);
  await write();
  return {
    env: {
      // Redis's own allocator asks for the time before the library is ready to tell it: the C library's comes before that.
      LD_PRELOAD: `${faketimeLibrary()}:libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    turn(byMs) {
      turnedByMs = byMs;
      return write();
    },
    straighten(instant) {
      // What was read before is minutes old at most.
      const wasTurned = Math.abs(instant.getTime() - Date.now()) > Math.abs(turnedByMs) / 2;
      return wasTurned ? new Date(instant.getTime() - turnedByMs) : instant;
    },
    async [Symbol.asyncDispose]() {
      await removeLeftMemory();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The embedded Postgres, ended and started as it was, now by this clock. */
export async function putPostgresBy(clock: OwnClock, folders: Folders): Promise<void> {
  const { pid } = await embeddedStatus(folders);
  const told = async (name: string): Promise<string[]> =>
    (await readFile(`/proc/${pid}/${name}`, 'utf8')).split('\0').slice(0, -1);
  const [command = '', ...args] = await told('cmdline');
  const env = Object.fromEntries((await told('environ')).map((each) => each.split(/=(.*)/s).slice(0, 2)));
  const { uid, gid } = await stat(`/proc/${pid}`);
  const { dataFolder: cwd } = await embeddedStatus(folders);
  await stopEmbedded(folders);
  spawn(command, args, {
    cwd,
    env: { ...env, ...clock.env },
    uid,
    gid,
    detached: true,
    stdio: 'ignore',
  }).unref();
  await waitFor('Postgres is up again', async () => (await embeddedStatus(folders)).running || undefined, {
    timeoutMs: 30_000,
  });
}

/** The library leaves behind some shared memory of each process that is killed, named by its number. */
async function removeLeftMemory(): Promise<void> {
  for (const name of await readdir('/dev/shm')) {
    const pid = /^(?:sem\.)?faketime_(?:sem|shm)_(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && identityOf(Number(pid)) === null)
      await rm(join('/dev/shm', name), { force: true });
  }
}
