import { existsSync } from 'node:fs';
import { OrdealError } from '@ordeal/core';
import { processesIn } from '@ordeal/place';
import { deleteFolder, recordedIncarnations } from './instance-folder.ts';
import { killTree } from './process-tree.ts';

/** Kills what lives below the folder and deletes it. Idempotent; true when nothing of it is left. */
export async function removeLeftovers(folder: string): Promise<boolean> {
  try {
    await killTree(folder, await recordedIncarnations(folder));
    await deleteFolder(folder);
  } catch (error) {
    // Survivors of SIGKILL, files that will not go: the answer is the look below.
    if (!(error instanceof OrdealError) && (error as NodeJS.ErrnoException).syscall === undefined)
      throw error;
  }
  return processesIn(folder).length === 0 && !existsSync(folder);
}
