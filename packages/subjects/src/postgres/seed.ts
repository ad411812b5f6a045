import { createHash } from 'node:crypto';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deadlineSignal, type NodeSite } from '@ordeal/core';
import { findPostgresBinaries, type PostgresBinaries } from '@ordeal/place';
import { initdbArgs, SCHEMA_FILE, schemaArgs } from './cluster.ts';
import { oncePerPlace } from './once-per-place.ts';
import { runProgram } from './run-program.ts';
import { accessFile, settingsFile, sharedSettings } from './settings.ts';

/** `initdb` takes 0.9 s on an idle machine; ten guards may be at it on a busy one. */
const SEED_BUDGET_MS = 60_000;

export interface Seed {
  readonly binaries: PostgresBinaries;
  /** A data folder of a server that was shut down cleanly: every copy of it is a valid backup. */
  readonly dataFolder: string;
}

/**
 * The cluster that every server is a copy of, made once per place. Copies of one cluster that was shut down
 * cleanly have the same system identifier and stand at the same point of the log: started as a standby, one
 * streams from the other without a base backup.
 */
export async function seedOf(site: Pick<NodeSite, 'cacheFolder' | 'runAs'>): Promise<Seed> {
  const binaries = await binariesOf(site.cacheFolder);
  const folder = join(
    site.cacheFolder,
    `postgres-seed-${binaries.version}-${contentHash(filesOf(binaries))}`,
  );
  // Not under the caller's signal: the seed serves everyone who waits for it, and the one who gave up next time.
  await oncePerPlace(folder, (draft) => makeSeed(draft, binaries, site.runAs));
  return { binaries, dataFolder: join(folder, 'data') };
}

async function makeSeed(draft: string, binaries: PostgresBinaries, runAs: NodeSite['runAs']): Promise<void> {
  if (runAs !== undefined) await chown(draft, runAs.uid, runAs.gid);
  const options = { runAs, cwd: draft, signal: deadlineSignal(SEED_BUDGET_MS) };
  const data = join(draft, 'data');
  await runProgram(binaries.initdb, initdbArgs(data), options);
  for (const [name, text] of Object.entries(filesOf(binaries))) await writeFile(join(data, name), text);
  await runProgram(binaries.postgres, schemaArgs(data), { ...options, input: SCHEMA_FILE });
}

function filesOf({ version }: PostgresBinaries): Record<string, string> {
  return {
    'postgresql.conf': settingsFile(sharedSettings(Number.parseInt(version, 10))),
    'pg_hba.conf': accessFile('127.0.0.1/32'),
  };
}

/** Another build of Ordeal with another schema or other settings makes a seed of its own. */
function contentHash(files: Record<string, string>): string {
  const content = [SCHEMA_FILE, ...Object.values(files)].join('\n');
  return createHash('sha256').update(content).digest('hex').slice(0, 10);
}

const foundBinaries = new Map<string, Promise<PostgresBinaries>>();

/** Found once per process: for root they are copied to where the servers' user can read them. */
function binariesOf(cacheFolder: string): Promise<PostgresBinaries> {
  const known = foundBinaries.get(cacheFolder);
  if (known !== undefined) return known;
  const found = findPostgresBinaries({ home: cacheFolder, data: cacheFolder, shared: cacheFolder });
  foundBinaries.set(cacheFolder, found);
  found.catch(() => foundBinaries.delete(cacheFolder));
  return found;
}
