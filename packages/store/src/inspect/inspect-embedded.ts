import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Folders, type ProcessIdentity, processesIn } from '@ordeal/place';
import { CLUSTER_DRAFT, clusterFolder } from '../embedded/cluster.ts';
import { findPostmaster, pidFile } from '../embedded/postmaster.ts';
import { settingsFile } from '../embedded/settings.ts';

/** What the embedded server has on disk, whether it runs or not. */
export interface EmbeddedInspection {
  readonly dataFolder: string;
  /** Major version of the Postgres that made the data: `18`; undefined: there is none yet. */
  readonly madeBy: string | undefined;
  readonly isRunning: boolean;
  /** A pid file without its server: that one was killed, or the machine went down. */
  readonly hasStalePidFile: boolean;
  /** Live processes in its data folder, though it does not run: they keep it from starting. */
  readonly strays: readonly ProcessIdentity[];
  /** Holds the password; it may not exist yet. */
  readonly secretsFile: string;
  /** Folders of first starts that are under way, or were killed half way. */
  readonly drafts: readonly string[];
}

/** Looks, and changes nothing. */
export async function inspectEmbedded(folders: Folders): Promise<EmbeddedInspection> {
  const isRunning = (await findPostmaster(folders)) !== undefined;
  const names = await readdir(folders.data).catch(() => []);
  return {
    dataFolder: clusterFolder(folders),
    madeBy: await readFile(join(clusterFolder(folders), 'PG_VERSION'), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    ),
    isRunning,
    hasStalePidFile: !isRunning && (await exists(pidFile(folders))),
    strays: isRunning ? [] : processesIn(clusterFolder(folders)),
    secretsFile: settingsFile(folders),
    drafts: names.filter((name) => name.startsWith(CLUSTER_DRAFT)).map((name) => join(folders.data, name)),
  };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
