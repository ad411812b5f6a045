export { type Folders, nameFolders, openFolders } from './folders.ts';
export { parsePlace, placeBesideEngine, placeId } from './identity.ts';
export { freezeAll, killAll } from './kill-all.ts';
export { type Mount, mountsIn } from './mounts.ts';
export {
  findPostgresBinaries,
  listBinaryDrafts,
  type PostgresBinaries,
  packagedPostgresVersion,
} from './postgres-binaries.ts';
export {
  descendantsOf,
  identityOf,
  isAlive,
  isStopped,
  type LocatedProcess,
  locateProcessesIn,
  type ProcessIdentity,
  parentOf,
  pidOf,
  processesIn,
  processesMarked,
  signalProcess,
  withDescendants,
} from './processes.ts';
export { type User, unprivilegedUser } from './user.ts';
