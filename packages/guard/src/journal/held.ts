import type { Folders } from '@ordeal/place';
import { type GuardFolder, listGuardFolders } from './guard-folder.ts';
import { leftIn } from './left-instances.ts';

/** An execution by its fence. */
export interface HeldExecution {
  readonly trial: string;
  readonly execution: number;
}

/**
 * The executions of which something may still be on this machine: every instance that the journal of a guard,
 * alive or dead, does not say was removed. A guard deletes its folder only when nothing is left.
 */
export async function heldExecutions(folders: Folders): Promise<HeldExecution[]> {
  const all: GuardFolder[] = await listGuardFolders(folders);
  const left = await Promise.all(all.map((folder) => leftIn(folder, [])));
  return left.flat().map(({ label: { trial, execution } }) => ({ trial, execution }));
}
