import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unprivilegedUser } from './user.ts';

/** Where this installation keeps things on this machine. */
export interface Folders {
  /** `.ordeal` in the working folder (or ORDEAL_HOME): settings and pointers, readable by us alone. */
  readonly home: string;
  /** Databases, nodes, journals. The same as `home`, except for root: servers run unprivileged and must reach it. */
  readonly data: string;
  /** What every installation on the machine can share: copied binaries. */
  readonly shared: string;
}

/** Below it root keeps data, because an unprivileged server may not even enter a checkout under a 0700 home. */
const ROOT_DATA = '/var/lib/ordeal';

/**
 * Finds, and makes, the folders of this installation.
 * @param home defaults to ORDEAL_HOME, which counts from where the command was typed, else `.ordeal` in the working
 * folder: package managers make that one the checkout.
 */
export function openFolders(home = homeOf(process.env)): Folders {
  mkdirSync(resolve(home), { recursive: true, mode: 0o700 });
  const folders = nameFolders(home);
  if (folders.data === folders.home) return folders;
  mkdirSync(folders.data, { recursive: true, mode: 0o755 });
  writeFileSync(join(folders.home, 'data-folder'), `${folders.data}\n`);
  return folders;
}

/** Where the folders of this installation are or would be; makes none of them. */
export function nameFolders(home = homeOf(process.env)): Folders {
  const path = resolve(home);
  const real = existsSync(path) ? realpathSync(path) : path;
  if (unprivilegedUser() === undefined) return { home: real, data: real, shared: real };
  const hash = createHash('sha256').update(real).digest('hex').slice(0, 12);
  return { home: real, data: join(ROOT_DATA, hash), shared: ROOT_DATA };
}

/** Empty means unset, as Compose and CI write it. */
function homeOf({ ORDEAL_HOME, INIT_CWD }: NodeJS.ProcessEnv): string {
  return ORDEAL_HOME ? resolve(INIT_CWD || process.cwd(), ORDEAL_HOME) : join(process.cwd(), '.ordeal');
}
