import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@ordeal/core';

const ROOT = '/sys/fs/cgroup';
/** What was killed is dying, and holds its group until it is dead. */
const EMPTY_WITHIN_MS = 10_000;

/** Removes a control group with all below it: an engine that was killed forgets some of its containers'. */
export async function removeCgroups(name: string): Promise<void> {
  // One tree, or with version 1 one for each controller.
  const trees = [ROOT, ...foldersIn(ROOT)].map((tree) => join(tree, name)).filter((own) => existsSync(own));
  for (const own of trees) {
    await waitFor(`the end of what is in ${own}`, () => isRemoved(own) || undefined, {
      timeoutMs: EMPTY_WITHIN_MS,
    });
  }
}

function isRemoved(group: string): boolean {
  try {
    // The kernel's own files in it are no obstacle; groups are.
    for (const below of foldersIn(group)) if (!isRemoved(below)) return false;
    rmdirSync(group);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false;
    throw error;
  }
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}
