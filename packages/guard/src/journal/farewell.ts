import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INJECTION_STATES } from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import { z } from 'zod';

type Fence = Pick<Farewell, 'trial' | 'execution'>;

/** Nobody came for it: its database is gone, or no worker ever starts here again. */
const FORGOTTEN_AFTER_MS = 7 * 86_400_000;
const SUFFIX = '.json';

export const farewell = z.object({
  trial: z.string(),
  execution: z.number().int(),
  /** The wall clock when the faults had been undone, or the instance had been removed with them; ISO 8601. */
  at: z.string(),
  /** The guard itself, or the one that cleaned up after it. */
  by: z.enum(['guard', 'successor']),
  reason: z.string(),
  /** With the state that the undo left. */
  injections: z.array(z.object({ injection: z.string(), state: z.enum(INJECTION_STATES) })),
});

/** What a guard did for an execution when its worker was gone, for the next worker to read: it has nobody to tell. */
export type Farewell = z.infer<typeof farewell>;

function farewellsFolder(folders: Pick<Folders, 'data'>): string {
  return join(folders.data, 'farewells');
}

/** Leaves it whole or not at all. */
export async function leaveFarewell(folders: Pick<Folders, 'data'>, left: Farewell): Promise<void> {
  const folder = farewellsFolder(folders);
  const name = nameOf(left);
  const draft = join(folder, `${name}.${process.pid}.draft`);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await writeFile(draft, JSON.stringify(left));
  await rename(draft, join(folder, `${name}${SUFFIX}`));
}

/** All that are there. What nobody came for in a week, and what nobody can read, is deleted. */
export async function readFarewells(folders: Pick<Folders, 'data'>): Promise<Farewell[]> {
  const folder = farewellsFolder(folders);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const read = await Promise.all(names.map((name) => readOrDelete(join(folder, name))));
  return read.filter((each) => each !== undefined);
}

/** It has been written down elsewhere. */
export async function forgetFarewell(folders: Pick<Folders, 'data'>, fence: Fence): Promise<void> {
  await rm(join(farewellsFolder(folders), `${nameOf(fence)}${SUFFIX}`), { force: true });
}

function nameOf({ trial, execution }: Fence): string {
  return encodeURIComponent(`t${trial}-e${execution}`);
}

async function readOrDelete(path: string): Promise<Farewell | undefined> {
  const forget = (): Promise<void> => rm(path, { force: true });
  const written = await stat(path).catch(() => undefined);
  if (written === undefined) return undefined;
  if (Date.now() - written.mtimeMs > FORGOTTEN_AFTER_MS) {
    await forget();
    return undefined;
  }
  if (!path.endsWith(SUFFIX)) return undefined;
  try {
    return farewell.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    await forget();
    return undefined;
  }
}
