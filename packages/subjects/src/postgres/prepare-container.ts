import { fileURLToPath } from 'node:url';
import {
  type Address,
  CLIENT_ROLE,
  type ContainerLaunch,
  type ContainerSite,
  type ImageName,
} from '@ordeal/core';
import { optionsAsArgs } from './client/options.ts';
import { SCHEMA_FILE } from './cluster.ts';
import { accessFile, serverSettings, settingsFile, sharedSettings, standbySettings } from './settings.ts';
import { DATA_FOLDER, FILES_FOLDER, OLDEST_VERSION, startScript } from './start-script.ts';
import { PRIMARY, SQL_PORT, STANDBYS } from './topology.ts';

const IMAGE: ImageName = { name: 'postgres', published: 'docker.io/library/postgres:18-bookworm' };
const PORT_NUMBER = 5_432;

/** How the docker runtime starts a node of the subject: a Postgres server, or the client. */
export function prepareContainer({ node }: ContainerSite): ContainerLaunch {
  if (node.role === CLIENT_ROLE) {
    return {
      kind: 'program',
      module: fileURLToPath(new URL('./client/main.ts', import.meta.url)),
      args: optionsAsArgs({ primary: addressOf(PRIMARY), standbys: STANDBYS.map(addressOf) }),
      env: {},
      ports: {},
    };
  }
  const standby = node.role === 'standby';
  const own = {
    ...serverSettings(node.name, { host: '*', port: PORT_NUMBER }),
    ...(standby ? standbySettings(node.name, addressOf(PRIMARY)) : {}),
  };
  return {
    kind: 'image',
    image: IMAGE,
    // The published image's own makes clusters of another kind; ours needs no more than a shell and the programs.
    entrypoint: ['/bin/sh', `${FILES_FOLDER}/start.sh`],
    args: [],
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ports: { [SQL_PORT]: PORT_NUMBER },
    dataPath: DATA_FOLDER,
    files: {
      [`${FILES_FOLDER}/start.sh`]: startScript(standby ? addressOf(PRIMARY) : undefined),
      [`${FILES_FOLDER}/schema.sql`]: SCHEMA_FILE,
      [`${FILES_FOLDER}/shared.conf`]: settingsFile(sharedSettings(OLDEST_VERSION)),
      [`${FILES_FOLDER}/own.conf`]: settingsFile(own),
      [`${FILES_FOLDER}/pg_hba.conf`]: accessFile('samenet'),
    },
  };
}

function addressOf(name: string): Address {
  return { host: name, port: PORT_NUMBER };
}
