import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs, OrdealError } from '@ordeal/core';
import { descendantsOf, isStopped, type ProcessIdentity, pidOf, signalProcess } from '@ordeal/place';
import { freezeTree, treeMembers } from './process-tree.ts';

/** A process stops or goes on as soon as it is scheduled; one that waits in the kernel, for a disk say, takes longer. */
const SETTLE_DEADLINE_MS = 5_000;
const POLL_MS = 10;

/**
 * SIGSTOP to a whole tree, parents before children, walked again until nobody new is found: a child that was forked
 * meanwhile is stopped as well. Resolves when every member is stopped, soon when there is none.
 * @throws OrdealError TARGET_FAILED, naming who still runs, after five seconds.
 */
export async function pauseTree(folder: string, roots: readonly ProcessIdentity[]): Promise<void> {
  const until = monotonicMs() + SETTLE_DEADLINE_MS;
  for (;;) {
    freezeTree(folder, roots, new Set());
    await delay(POLL_MS);
    const running = treeMembers(folder, roots).filter((member) => !isStopped(member));
    if (running.length === 0) return;
    throwIfOver(until, 'still run though they were stopped', running);
    freeFromVfork(running);
    await delay(POLL_MS);
  }
}

/**
 * SIGCONT to a whole tree. Resolves when no member is stopped.
 * @throws OrdealError TARGET_FAILED, naming who is still stopped, after five seconds.
 */
export async function resumeTree(folder: string, roots: readonly ProcessIdentity[]): Promise<void> {
  const until = monotonicMs() + SETTLE_DEADLINE_MS;
  for (;;) {
    continueTree(folder, roots);
    const stopped = treeMembers(folder, roots).filter(isStopped);
    if (stopped.length === 0) return;
    throwIfOver(until, 'are still stopped though they were continued', stopped);
    await delay(POLL_MS);
  }
}

/** SIGCONT to every member, in one walk. To those as well that do not look stopped: they may be about to be. */
export function continueTree(folder: string, roots: readonly ProcessIdentity[]): void {
  for (const member of treeMembers(folder, roots)) signalProcess(member, 'SIGCONT');
}

/**
 * A parent in vfork(2) sleeps in the kernel until its child has started another program, and a child that was
 * stopped before that never does. So the child may go on for a moment; the parent stops before it runs again.
 */
function freeFromVfork(running: readonly ProcessIdentity[]): void {
  for (const parent of running) {
    for (const child of descendantsOf(pidOf(parent))) signalProcess(child, 'SIGCONT');
  }
}

function throwIfOver(until: number, what: string, left: readonly ProcessIdentity[]): void {
  if (monotonicMs() < until) return;
  throw new OrdealError('TARGET_FAILED', `processes ${what}`, { details: { left: [...left] } });
}
