import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs, OrdealError } from '@ordeal/core';
import {
  descendantsOf,
  isAlive,
  type ProcessIdentity,
  pidOf,
  processesIn,
  signalProcess,
} from '@ordeal/place';

/** Long enough for the kernel to tear down a large server; a process that outlives it hangs in the kernel. */
const KILL_DEADLINE_MS = 10_000;
const POLL_MS = 20;
/** A tree that still grows after so many walks is killed as far as it is known, and walked again. */
const MAX_WALKS = 10;

/**
 * The live processes of a tree, roots first: the roots and their descendants, and everything whose working
 * directory lies in the folder. Neither is enough alone: orphans lose their parent, and a child may change its
 * directory.
 */
export function treeMembers(folder: string, roots: readonly ProcessIdentity[]): ProcessIdentity[] {
  const members = new Set<ProcessIdentity>();
  for (const root of roots) {
    // Found below another root already, and its descendants with it: a walk over all processes saved.
    if (members.has(root) || !isAlive(root)) continue;
    members.add(root);
    for (const descendant of descendantsOf(pidOf(root))) members.add(descendant);
  }
  for (const identity of processesIn(folder)) members.add(identity);
  return [...members];
}

/**
 * SIGKILL to a whole tree. It is frozen first, parents before children, walked again until a walk finds nobody
 * new: otherwise a child forked between the walk and the kill could be an orphan in another folder, which nothing
 * leads to any more. Resolves when every member is gone, at once when there is none.
 * @throws OrdealError TARGET_FAILED, naming the survivors, when some are left after ten seconds.
 */
export async function killTree(folder: string, roots: readonly ProcessIdentity[]): Promise<void> {
  const until = monotonicMs() + KILL_DEADLINE_MS;
  const seen = new Set<ProcessIdentity>();
  for (;;) {
    freezeTree(folder, [...roots, ...seen], seen);
    for (const member of seen) signalProcess(member, 'SIGKILL');
    const survivors = [...new Set([...[...seen].filter(isAlive), ...processesIn(folder)])];
    if (survivors.length === 0) return;
    if (monotonicMs() >= until) {
      throw new OrdealError('TARGET_FAILED', `processes below ${folder} survive SIGKILL`, {
        details: { survivors },
      });
    }
    await delay(POLL_MS);
  }
}

/**
 * SIGSTOP to every member that is not `seen` yet, and adds it there. Without a pause between the walks, so that
 * nobody of ours acts on a half frozen tree.
 */
export function freezeTree(
  folder: string,
  roots: readonly ProcessIdentity[],
  seen: Set<ProcessIdentity>,
): void {
  for (let walk = 0; walk < MAX_WALKS; walk += 1) {
    const fresh = treeMembers(folder, [...roots, ...seen]).filter((member) => !seen.has(member));
    if (fresh.length === 0) return;
    for (const member of fresh) {
      seen.add(member);
      signalProcess(member, 'SIGSTOP');
    }
  }
}
