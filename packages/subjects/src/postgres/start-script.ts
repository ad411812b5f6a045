import type { Address } from '@ordeal/core';
import { initdbArgs, schemaArgs } from './cluster.ts';
import { REPLICATION_USER } from './schema.ts';

/** Where the node's volume is mounted. */
export const DATA_FOLDER = '/var/lib/ordeal';
/** Where the files are that a container is given. */
export const FILES_FOLDER = '/etc/ordeal';
/** Nothing in the files is newer, so that they serve every image from this version on. */
export const OLDEST_VERSION = 15;

const CLUSTER = `${DATA_FOLDER}/cluster`;
/** What is being made; a node that is killed at it begins again. */
const DRAFT = `${DATA_FOLDER}/draft`;

/**
 * What a server's container runs, as `sh`: at the first start it makes its cluster, the primary a fresh one, a standby a
 * copy of the primary's; at every start it becomes the server. It finds the programs in the published images and in
 * Debian's packages, neither of which have them in the same place.
 * @param primary where a standby takes its copy from; undefined: it is the primary itself
 */
export function startScript(primary: Address | undefined): string {
  return `\
set -eu
PATH="$PATH:$(echo /usr/lib/postgresql/*/bin)"
if [ "$(id -u)" = 0 ]; then
  # A fresh volume is root's, and a server refuses to be.
  chown postgres: ${DATA_FOLDER}
  exec setpriv --reuid=postgres --regid=postgres --init-groups /bin/sh "$0"
fi
cd ${DATA_FOLDER}
if [ ! -d ${CLUSTER} ]; then
${primary === undefined ? MAKE_PRIMARY : makeStandby(primary)}
  cat ${FILES_FOLDER}/shared.conf ${FILES_FOLDER}/own.conf > ${DRAFT}/postgresql.conf
  mv ${DRAFT} ${CLUSTER}
fi
exec postgres -D ${CLUSTER}
`;
}

/** The server's own settings come after: under them a commit waits for standbys, and there are none yet. */
const MAKE_PRIMARY = `\
  rm -rf ${DRAFT}
  initdb ${initdbArgs(DRAFT).join(' ')}
  cp ${FILES_FOLDER}/shared.conf ${DRAFT}/postgresql.conf
  cp ${FILES_FOLDER}/pg_hba.conf ${DRAFT}/pg_hba.conf
  postgres ${schemaArgs(DRAFT).join(' ')} < ${FILES_FOLDER}/schema.sql`;

/** All nodes start at once: until the primary is there, a standby asks again. */
function makeStandby({ host, port }: Address): string {
  return `\
  until rm -rf ${DRAFT} && pg_basebackup -D ${DRAFT} -h ${host} -p ${port} -U ${REPLICATION_USER} \\
    --no-password --checkpoint=fast --wal-method=stream --no-sync; do
    sleep 0.2
  done
  touch ${DRAFT}/standby.signal`;
}
