import type { Folders } from '@ordeal/place';
import { findGuardFolders } from './guard-folder.ts';
import { journaledIn } from './left-instances.ts';

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
  const { made } = await findGuardFolders(folders);
  const left = await Promise.all(made.map(journaledIn));
  return left.flat().map(({ label: { trial, execution } }) => ({ trial, execution }));
}
