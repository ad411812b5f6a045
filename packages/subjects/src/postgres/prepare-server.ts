import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeSite, ProcessLaunch } from '@ordeal/core';
import { untilAborted } from '../until-aborted.ts';
import { PROGRAM_ENVIRONMENT, runProgram } from './run-program.ts';
import { seedOf } from './seed.ts';
import { serverSettings, settingsFile, standbySettings } from './settings.ts';
import { PRIMARY, SERVER_VOLUME, SQL_PORT } from './topology.ts';

/**
 * Gives a server its copy of the seed and its own settings. The program itself is launched, without `pg_ctl`:
 * the process that the supervisor sees is the server, and starting it again with the same launch recovers a
 * killed one (it finds its old pid file, sees that this process is gone, and takes it over).
 */
export async function prepareServer(site: NodeSite, signal: AbortSignal): Promise<ProcessLaunch> {
  const { node, folder, runAs } = site;
  const seed = await untilAborted(seedOf(site), signal);
  // Not the volume itself: what else lies there is no server's business.
  const data = join(folder, SERVER_VOLUME.path, 'cluster');
  await runProgram('cp', [...COPY_OPTIONS, seed.dataFolder, data], { runAs, cwd: folder, signal });
  const standby = node.role === 'standby';
  await appendFile(
    join(data, 'postgresql.conf'),
    settingsFile({
      ...serverSettings(node.name, site.listen(SQL_PORT)),
      ...(standby ? standbySettings(node.name, site.dial(PRIMARY, SQL_PORT)) : {}),
    }),
  );
  if (standby) await writeFile(join(data, 'standby.signal'), '');
  return {
    command: seed.binaries.postgres,
    args: ['-D', data],
    env: PROGRAM_ENVIRONMENT,
    privileges: 'dropped',
    // An immediate shutdown. It is as quick as SIGKILL and gives back the server's System V segment, which a
    // killed one leaves behind: the kernel has room for 4,096 of them until the next boot.
    endSignal: 'SIGQUIT',
  };
}

/**
 * `cp` run as the server's user gives it the files, which node's own copy would leave to us; and it shares the
 * blocks where the file system can (Btrfs, XFS, APFS): some 25 MB in 700 files, 0.1 s where it cannot.
 */
const COPY_OPTIONS = process.platform === 'linux' ? ['-a', '--reflink=auto'] : ['-Rp'];
