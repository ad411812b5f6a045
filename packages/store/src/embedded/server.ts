import { setTimeout as delay } from 'node:timers/promises';
import { OrdealError } from '@ordeal/core';
import { type Folders, findPostgresBinaries, type PostgresBinaries, pidOf } from '@ordeal/place';
import getPort from 'get-port';
import { clusterFolder, createCluster, hasCluster, resetPassword } from './cluster.ts';
import { withEmbeddedLock } from './lock.ts';
import {
  answers,
  ask,
  findPostmaster,
  postgresLog,
  startPostmaster,
  stopPostmaster,
  waitUntilReady,
} from './postmaster.ts';
import {
  EMBEDDED_DATABASE,
  type EmbeddedSettings,
  embeddedUrl,
  newPassword,
  readSettings,
  writeSettings,
} from './settings.ts';

export interface EmbeddedServer {
  /** Holds the password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
}

/** What can be told to people: no password. */
export interface EmbeddedStatus {
  readonly running: boolean;
  readonly pid: number | null;
  readonly port: number | null;
  readonly dataFolder: string;
  readonly logFile: string;
}

/**
 * The embedded server of this installation: found if it is up, else started, and made at the first time. It
 * belongs to no command and stays up until `stopEmbedded`. Many at once, in many processes, get the same one.
 * @throws OrdealError POSTGRES_UNAVAILABLE when it does not start, with the last lines of its log; UNSUPPORTED when
 * another major version made the data, or npm has no binaries for this platform.
 */
export async function startEmbedded(folders: Folders): Promise<EmbeddedServer> {
  const found = (await findRunning(folders)) ?? (await withEmbeddedLock(folders, () => startLocked(folders)));
  return found;
}

/** True when it was up. Close pools first: the server does not wait for them. */
export async function stopEmbedded(folders: Folders): Promise<boolean> {
  return withEmbeddedLock(folders, async () => {
    const postmaster = await findPostmaster(folders);
    if (postmaster === undefined) return false;
    await stopPostmaster(postmaster);
    return true;
  });
}

export async function embeddedStatus(folders: Folders): Promise<EmbeddedStatus> {
  const running = await findRunning(folders);
  return {
    running: running !== undefined,
    pid: running?.pid ?? null,
    port: running?.port ?? null,
    dataFolder: clusterFolder(folders),
    logFile: postgresLog(folders),
  };
}

/** Up, and ours: its pid file names a live process in our data folder, and it takes our password. */
async function findRunning(folders: Folders): Promise<EmbeddedServer | undefined> {
  const settings = await readSettings(folders);
  const postmaster = settings === undefined ? undefined : await findPostmaster(folders);
  if (settings === undefined || postmaster === undefined) return undefined;
  if (!(await answers(settings, EMBEDDED_DATABASE))) return undefined;
  return describe(settings, pidOf(postmaster));
}

function describe(settings: EmbeddedSettings, pid: number): EmbeddedServer {
  return { url: embeddedUrl(settings), port: settings.port, pid };
}

async function startLocked(folders: Folders): Promise<EmbeddedServer> {
  // Whoever held the lock before us has probably started it.
  const running = await findRunning(folders);
  if (running !== undefined) return running;
  const binaries = await findPostgresBinaries(folders);
  const settings =
    (await adoptRunning(folders)) ??
    (await start(folders, binaries, await prepareCluster(folders, binaries)));
  await createDatabase(settings);
  const started = await findRunning(folders);
  if (started === undefined) throw failedToStart(folders, 'it ended right after its start');
  return started;
}

/** A server that a command began to start before it was killed, or one that nobody has the password of any more. */
async function adoptRunning(folders: Folders): Promise<EmbeddedSettings | undefined> {
  const postmaster = await findPostmaster(folders);
  if (postmaster === undefined) return undefined;
  const settings = await readSettings(folders);
  if (settings !== undefined && (await waitUntilReady(folders, settings, postmaster))) return settings;
  await stopPostmaster(postmaster);
  return undefined;
}

/** A cluster with a password that we know. The settings are on disk before the cluster gets its name. */
async function prepareCluster(folders: Folders, binaries: PostgresBinaries): Promise<EmbeddedSettings> {
  const exists = await hasCluster(folders, binaries);
  const known = await readSettings(folders);
  if (exists && known !== undefined) return known;
  const settings: EmbeddedSettings = known ?? {
    version: 1,
    port: await freePort(),
    password: newPassword(),
  };
  if (exists) await resetPassword(folders, binaries, settings.password);
  await writeSettings(folders, settings);
  if (!exists) await createCluster(folders, binaries, settings.password);
  return settings;
}

const START_ATTEMPTS = 20;

async function start(
  folders: Folders,
  binaries: PostgresBinaries,
  known: EmbeddedSettings,
): Promise<EmbeddedSettings> {
  let settings = known;
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
    const result = await startPostmaster(folders, binaries, settings).catch((error: unknown) => {
      throw failedToStart(folders, error);
    });
    switch (result.kind) {
      case 'ready':
        return settings;
      case 'failed':
        throw failedToStart(folders, result.why);
      case 'port_taken':
        settings = { ...settings, port: await freePort() };
        await writeSettings(folders, settings);
        break;
      case 'predecessor_leaving':
        await delay(250);
    }
  }
  throw failedToStart(folders, `${START_ATTEMPTS} attempts failed: see ${postgresLog(folders)}`);
}

function failedToStart(folders: Folders, cause: unknown): OrdealError {
  return new OrdealError(
    'POSTGRES_UNAVAILABLE',
    `the embedded Postgres in ${clusterFolder(folders)} did not start`,
    { cause },
  );
}

function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' });
}

/** Idempotent; only under the lock. */
async function createDatabase(settings: EmbeddedSettings): Promise<void> {
  const there = await ask(
    settings,
    'postgres',
    `select from pg_database where datname = '${EMBEDDED_DATABASE}'`,
  );
  if (there === 0) await ask(settings, 'postgres', `create database ${EMBEDDED_DATABASE}`);
}
