import { spawn } from 'node:child_process';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, monotonicMs, OrdealError, waitFor } from '@ordeal/core';
import {
  type Folders,
  identityOf,
  isAlive,
  type PostgresBinaries,
  type ProcessIdentity,
  processesIn,
  signalProcess,
} from '@ordeal/place';
import pg from 'pg';
import { clusterFolder, serverProcessOptions } from './cluster.ts';
import { type EmbeddedSettings, embeddedUrl } from './settings.ts';

/** Start-up ends with recovery, which can take long after a crash in the middle of heavy writing. */
const READY_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 20_000;
const LOG_LIMIT_BYTES = 10_000_000;

const onLinux = process.platform === 'linux';

/**
 * The live server of the data folder, from its own pid file; undefined when it is down. A pid file survives a
 * crash of the machine and its number comes round again, so the process must also live in the data folder.
 */
export async function findPostmaster(folders: Folders): Promise<ProcessIdentity | undefined> {
  const pid = (await readPidFile(folders))?.pid;
  const identity = pid === undefined ? null : identityOf(pid);
  if (identity === null) return undefined;
  // Elsewhere than on Linux nobody tells a process's folder; Postgres itself then refuses or takes over the file.
  if (onLinux && !processesIn(clusterFolder(folders)).includes(identity)) return undefined;
  return identity;
}

/** Does the server answer, with our password, on our port? */
export async function answers(settings: EmbeddedSettings, database: string): Promise<boolean> {
  try {
    await ask(settings, database, 'select 1');
    return true;
  } catch {
    return false;
  }
}

/** One statement on a connection of its own. */
export async function ask(settings: EmbeddedSettings, database: string, statement: string): Promise<number> {
  const client = new pg.Client({
    connectionString: embeddedUrl(settings, database),
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(statement)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

/** `ready`; or why not, told apart by what helps. */
type Start =
  | { readonly kind: 'ready' }
  | { readonly kind: 'port_taken' }
  /** Children of a killed server still hold its memory: they notice within moments. */
  | { readonly kind: 'predecessor_leaving' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Starts the server in a session of its own, tied to nobody, and waits until it takes connections. Only under
 * the lock, and only when `findPostmaster` finds none.
 */
export async function startPostmaster(
  folders: Folders,
  binaries: PostgresBinaries,
  settings: EmbeddedSettings,
): Promise<Start> {
  const folder = clusterFolder(folders);
  // A crashed machine leaves it; Postgres would refuse if the number now belongs to another process of that user.
  if (onLinux) await rm(pidFile(folders), { force: true });
  const logFile = postgresLog(folders);
  const tooLong = await stat(logFile).then(
    (file) => file.size > LOG_LIMIT_BYTES,
    () => false,
  );
  const log = await open(logFile, tooLong ? 'w' : 'a', 0o600);
  const logStart = (await log.stat()).size;
  let failure: string | undefined;
  try {
    const child = spawn(binaries.postgres, ['-D', folder, ...serverSettings(settings.port)], {
      ...serverProcessOptions(folder),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.once('error', (error) => {
      failure = describeError(error);
    });
    child.once('exit', (code, signal) => {
      failure ??= `it ended with ${signal ?? code}`;
    });
    child.unref();
    await waitFor(
      'the start of the embedded Postgres',
      async () => failure !== undefined || (await isReady(folders, settings)) || undefined,
      { timeoutMs: READY_TIMEOUT_MS, everyMs: 25 },
    );
  } finally {
    await log.close();
  }
  if (failure === undefined) return { kind: 'ready' };
  const said = (await readFile(logFile, 'utf8')).slice(logStart);
  if (/Address already in use|could not create any TCP\/IP sockets/.test(said)) return { kind: 'port_taken' };
  if (/shared memory block .* is still in use|lock file .* already exists/.test(said)) {
    return { kind: 'predecessor_leaving' };
  }
  const lastLines = said.trim().split('\n').slice(-3).join(' | ');
  return { kind: 'failed', why: `${failure} (${logFile}): ${lastLines}` };
}

/** Fast shutdown, which ends connections and writes everything; after its time the immediate one, which recovery repairs. */
export async function stopPostmaster(postmaster: ProcessIdentity): Promise<void> {
  const gone = () => !isAlive(postmaster) || undefined;
  signalProcess(postmaster, 'SIGINT');
  try {
    await waitFor('the fast shutdown of the embedded Postgres', gone, { timeoutMs: STOP_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof OrdealError)) throw error;
    signalProcess(postmaster, 'SIGQUIT');
    await waitFor('the immediate shutdown of the embedded Postgres', gone, { timeoutMs: STOP_TIMEOUT_MS });
  }
}

/** Waits for a server that somebody began to start; false when it ends or does not answer in time. */
export async function waitUntilReady(
  folders: Folders,
  settings: EmbeddedSettings,
  postmaster: ProcessIdentity,
): Promise<boolean> {
  const until = monotonicMs() + READY_TIMEOUT_MS;
  return waitFor(
    'the embedded Postgres',
    async () => {
      if (!isAlive(postmaster) || monotonicMs() > until) return false;
      return (await isReady(folders, settings)) || undefined;
    },
    { timeoutMs: READY_TIMEOUT_MS + 10_000, everyMs: 25 },
  );
}

export function postgresLog(folders: Folders): string {
  return join(folders.data, 'postgres.log');
}

/** The pid file says `ready`, on our port; the file is cheaper to ask than the server, which logs each refusal. */
async function isReady(folders: Folders, settings: EmbeddedSettings): Promise<boolean> {
  const file = await readPidFile(folders);
  return file?.ready === true && file.port === settings.port && (await answers(settings, 'postgres'));
}

/** Postgres's own. */
export function pidFile(folders: Folders): string {
  return join(clusterFolder(folders), 'postmaster.pid');
}

interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** Lines 1, 4 and 8 of postmaster.pid (src/include/utils/pidfile.h). */
async function readPidFile(folders: Folders): Promise<PidFile | undefined> {
  const text = await readFile(pidFile(folders), 'utf8').catch(() => undefined);
  const lines = text?.split('\n');
  const pid = Number.parseInt(lines?.[0] ?? '', 10);
  if (lines === undefined || !Number.isInteger(pid)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** Given at each start and not written into the cluster's own file, so that a new version of ours can change them. */
function serverSettings(port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 300,
    // Containers give /dev/shm as little as 64 MB, which parallel queries would need.
    max_parallel_workers_per_gather: 0,
    log_min_messages: 'warning',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
