import { basename, join } from 'node:path';
import type { Folders } from '@ordeal/place';
import { guardsWithHandles } from '../operator/handle-server.ts';
import {
  findGuardFolders,
  type GuardFolder,
  guardFolder,
  guardsFolder,
  isGuardName,
} from './guard-folder.ts';
import { tracesBelow } from './traces.ts';

/**
 * Where the folders are, or were, of all guards of which something is here: the folder, or only what they made. Whether one
 * lives is to be asked afterwards: a guard has its folder before anything else, and one that starts meanwhile must not look
 * like one without.
 * @param told names of more, which an engine may know
 */
export async function knownGuards(folders: Folders, told: readonly string[] = []): Promise<GuardFolder[]> {
  const parent = guardsFolder(folders);
  const found = [...told, ...tracesBelow(parent), ...(await guardsWithHandles(folders))].filter(isGuardName);
  const { made } = await findGuardFolders(folders);
  const names = new Set([...found, ...made.map(({ path }) => basename(path))]);
  return [...names].map((name) => guardFolder(join(parent, name)));
}
