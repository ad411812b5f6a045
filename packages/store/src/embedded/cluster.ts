import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OrdealError } from '@ordeal/core';
import { type Folders, type PostgresBinaries, unprivilegedUser } from '@ordeal/place';
import { EMBEDDED_USER } from './settings.ts';

/** The data folder of the embedded server. */
export function clusterFolder(folders: Folders): string {
  return join(folders.data, 'postgres');
}

/**
 * True when there is a cluster of our major version.
 * @throws OrdealError UNSUPPORTED when another one made it.
 */
export async function hasCluster(folders: Folders, binaries: PostgresBinaries): Promise<boolean> {
  const folder = clusterFolder(folders);
  const text = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return false;
  const made = text.trim();
  const ours = binaries.version.split('.')[0];
  if (made === ours) return true;
  throw new OrdealError(
    'UNSUPPORTED',
    `the data in ${folder} was made by Postgres ${made}, but this installation brings Postgres ${ours}: ` +
      'use the version of Ordeal that made it, or move the folder away to start empty',
  );
}

/** Makes the cluster in a draft folder that takes its name when it is whole. Only under the lock. */
export async function createCluster(
  folders: Folders,
  binaries: PostgresBinaries,
  password: string,
): Promise<void> {
  await removeDrafts(folders);
  const draft = join(folders.data, `${CLUSTER_DRAFT}${randomBytes(6).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await giveToServer(draft, passwordFile);
    await runProgram(binaries.initdb, draft, [
      `--pgdata=${draft}`,
      `--username=${EMBEDDED_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ]);
    await rename(draft, clusterFolder(folders));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

/** For a cluster whose settings are lost, while it is down: single-user mode asks for no password. */
export async function resetPassword(
  folders: Folders,
  binaries: PostgresBinaries,
  password: string,
): Promise<void> {
  const folder = clusterFolder(folders);
  const statement = `alter user ${EMBEDDED_USER} password '${password}'\n`;
  await runProgram(binaries.postgres, folder, ['--single', '-D', folder, 'postgres'], statement);
}

/** Environment and rights of every program of the server: nothing of ours that could leak, nothing of root's. */
export function serverProcessOptions(folder: string) {
  const user = unprivilegedUser();
  return {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: folder, LC_ALL: 'C', TZ: 'UTC' },
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  };
}

/** How the names of clusters in the making begin. */
export const CLUSTER_DRAFT = 'postgres-draft-';
const PROGRAM_TIMEOUT_MS = 120_000;

/** What a kill in the middle of `initdb` left. An orphan may still write there: then it goes the next time. */
async function removeDrafts(folders: Folders): Promise<void> {
  for (const name of await readdir(folders.data)) {
    if (name.startsWith(CLUSTER_DRAFT)) {
      await rm(join(folders.data, name), { recursive: true, force: true }).catch(() => {});
    }
  }
}

async function giveToServer(...paths: string[]): Promise<void> {
  const user = unprivilegedUser();
  if (user === undefined) return;
  for (const path of paths) await chown(path, user.uid, user.gid);
}

/** @throws OrdealError POSTGRES_UNAVAILABLE with the last lines the program wrote. */
async function runProgram(program: string, folder: string, args: string[], input = ''): Promise<void> {
  const child = spawn(program, args, {
    ...serverProcessOptions(folder),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: PROGRAM_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
    });
  }
  // A program that ends before it has read everything says why in its output.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const how = await new Promise<string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? code}`));
  });
  if (how === null) return;
  throw new OrdealError(
    'POSTGRES_UNAVAILABLE',
    `${program} ${how}: ${said.trim().split('\n').slice(-3).join(' | ')}`,
  );
}
