import { basename, dirname } from 'node:path';
import { OrdealError } from '@ordeal/core';
import { type Folders, identityOf, isAlive, locateProcessesIn } from '@ordeal/place';
import { guardsFolder } from '../journal/guard-folder.ts';

/** How the guards and sweepers of one home tell the living from the dead: each is one life, and has one identity. */
export interface Lives {
  /** The identity of whoever asks. */
  readonly self: string;
  isAlive(identity: string): Promise<boolean>;
  /** Names of guards that are seen to live, though somebody may have deleted their folders. */
  guards(): Promise<readonly string[]>;
}

/** Processes of this machine. */
export function processLives(folders: Folders): Lives {
  const self = identityOf(process.pid);
  if (self === null) throw new OrdealError('INTERNAL', 'this process cannot tell its own identity');
  const parent = guardsFolder(folders);
  return {
    self,
    isAlive: async (identity) => isAlive(identity),
    // A guard works in its own folder; its nodes do below that.
    guards: async () =>
      locateProcessesIn(parent)
        .filter(({ folder }) => dirname(folder) === parent)
        .map(({ folder }) => basename(folder)),
  };
}
