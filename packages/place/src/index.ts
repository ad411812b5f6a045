export { type Folders, openFolders } from './folders.ts';
export { parsePlace, placeId } from './identity.ts';
export { type Mount, mountsIn } from './mounts.ts';
export { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
export {
  descendantsOf,
  identityOf,
  isAlive,
  isStopped,
  type ProcessIdentity,
  parentOf,
  pidOf,
  processesIn,
  signalProcess,
} from './processes.ts';
export { type User, unprivilegedUser } from './user.ts';
