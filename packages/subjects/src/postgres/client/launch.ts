import { fileURLToPath } from 'node:url';
import type { NodeSite, ProcessLaunch } from '@ordeal/core';
import { PRIMARY, SQL_PORT, STANDBYS } from '../topology.ts';
import { optionsAsArgs } from './options.ts';

/** The client, as a process of this process's own node: it runs our TypeScript as it is. */
export function clientLaunch(site: NodeSite): ProcessLaunch {
  return {
    command: process.execPath,
    args: [
      fileURLToPath(new URL('./main.ts', import.meta.url)),
      ...optionsAsArgs({
        primary: site.dial(PRIMARY, SQL_PORT),
        standbys: STANDBYS.map((name) => site.dial(name, SQL_PORT)),
      }),
    ],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', TZ: 'UTC' },
    // The sources may lie below a folder that the servers' user cannot enter, and the client needs no other user.
    privileges: 'kept',
  };
}
