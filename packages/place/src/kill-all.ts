import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs, OrdealError } from '@ordeal/core';
import { isAlive, type ProcessIdentity, signalProcess } from './processes.ts';

/** Long enough for the kernel to tear down a large server; a process that outlives it hangs in the kernel. */
const KILL_DEADLINE_MS = 10_000;
const POLL_MS = 20;
/** A tree that still grows after so many walks is killed as far as it is known, and walked again. */
const MAX_WALKS = 10;

/** Walks over processes that belong together; `seen` are those that were found so far, from which others may descend. */
export type FindProcesses = (seen: ReadonlySet<ProcessIdentity>) => readonly ProcessIdentity[];

/**
 * SIGKILL to processes that belong together. They are frozen first, in the order in which they are found, and looked
 * for again until a walk finds nobody new: otherwise a child forked between the walk and the kill could become an
 * orphan that nothing leads to any more. Resolves when every one is gone, at once when there is none.
 * @throws OrdealError TARGET_FAILED, naming the survivors, when some are left after ten seconds.
 */
export async function killAll(what: string, find: FindProcesses): Promise<void> {
  const until = monotonicMs() + KILL_DEADLINE_MS;
  const seen = new Set<ProcessIdentity>();
  for (;;) {
    freezeAll(find, seen);
    for (const member of seen) signalProcess(member, 'SIGKILL');
    const survivors = [...new Set([...[...seen].filter(isAlive), ...find(seen)])];
    if (survivors.length === 0) return;
    if (monotonicMs() >= until) {
      throw new OrdealError('TARGET_FAILED', `${what} survive SIGKILL`, { details: { survivors } });
    }
    await delay(POLL_MS);
  }
}

/**
 * SIGSTOP to everyone who is found and not `seen` yet, and adds him there. Without a pause between the walks, so that
 * nobody of ours acts on a half frozen tree.
 */
export function freezeAll(find: FindProcesses, seen: Set<ProcessIdentity>): void {
  for (let walk = 0; walk < MAX_WALKS; walk += 1) {
    const fresh = find(seen).filter((member) => !seen.has(member));
    if (fresh.length === 0) return;
    for (const member of fresh) {
      seen.add(member);
      signalProcess(member, 'SIGSTOP');
    }
  }
}
