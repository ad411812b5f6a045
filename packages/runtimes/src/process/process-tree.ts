import { freezeAll, killAll, type ProcessIdentity, processesIn, withDescendants } from '@ordeal/place';

/**
 * The live processes of a tree, roots first: the roots and their descendants, and everything whose working
 * directory lies in the folder. Neither is enough alone: orphans lose their parent, and a child may change its
 * directory.
 */
export function treeMembers(folder: string, roots: readonly ProcessIdentity[]): ProcessIdentity[] {
  return [...new Set([...withDescendants(roots), ...processesIn(folder)])];
}

/** SIGKILL to a whole tree; resolves when every member is gone. @throws OrdealError TARGET_FAILED, see {@link killAll} */
export function killTree(folder: string, roots: readonly ProcessIdentity[]): Promise<void> {
  return killAll(`processes below ${folder}`, (seen) => treeMembers(folder, [...roots, ...seen]));
}

/** SIGSTOP to every member that is not `seen` yet, and adds it there. */
export function freezeTree(
  folder: string,
  roots: readonly ProcessIdentity[],
  seen: Set<ProcessIdentity>,
): void {
  freezeAll((found) => treeMembers(folder, [...roots, ...found]), seen);
}
