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

/**
 * The live processes of a tree, roots first: the roots and their descendants, and everything whose working
 * directory lies in the folder. Neither is enough alone: orphans lose their parent, and a child may change its
 * directory.
 */
export function treeMembers(folder: string, roots: readonly ProcessIdentity[]): ProcessIdentity[] {
  const members = new Set<ProcessIdentity>();
  for (const root of roots) {
    if (!isAlive(root)) continue;
    members.add(root);
    for (const descendant of descendantsOf(pidOf(root))) members.add(descendant);
  }
  for (const identity of processesIn(folder)) members.add(identity);
  return [...members];
}

/**
 * SIGKILL to a whole tree, parents first so that nobody is left to start a child again, walked until a walk
 * finds nobody. Resolves at once when there is none.
 * @throws OrdealError TARGET_FAILED, naming the survivors, when some are left after ten seconds.
 */
export async function killTree(folder: string, roots: readonly ProcessIdentity[]): Promise<void> {
  const until = monotonicMs() + KILL_DEADLINE_MS;
  // Remembered over the walks: a descendant outside of the folder cannot be found again once its parent is dead.
  const seen = new Set(roots);
  for (;;) {
    const members = treeMembers(folder, [...seen]);
    for (const member of members) {
      seen.add(member);
      signalProcess(member, 'SIGKILL');
    }
    if (members.length === 0) return;
    if (monotonicMs() >= until) {
      throw new OrdealError('TARGET_FAILED', `processes below ${folder} survive SIGKILL`, {
        details: { survivors: members },
      });
    }
    await delay(POLL_MS);
  }
}
