import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@ordeal/core';
import { identityOf, isStopped } from '@ordeal/place';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pauseTree, resumeTree } from './pause-tree.ts';
import { killTree, treeMembers } from './process-tree.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ordeal-pause-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('stops a tree that forks as fast as it can, children that leave the folder included; and lets it go on', async () => {
  const script = 'while :; do (cd / && exec sleep 3611.25) & sleep 0.002; done';
  const root = spawn('sh', ['-c', script], { cwd: folder, detached: true, stdio: 'ignore' });
  const identity = identityOf(root.pid ?? 0) ?? '';
  const members = () => treeMembers(folder, [identity]);
  const grows = (beyond: number) =>
    waitFor('children', () => members().length > beyond || undefined, { timeoutMs: 20_000 });
  try {
    await grows(30);
    await pauseTree(folder, [identity]);
    const paused = members();
    expect(paused.length).toBeGreaterThan(20);
    expect(paused.filter((member) => !isStopped(member))).toEqual([]);
    // Another program of the same kind gets through a hundred forks meanwhile.
    await runsToItsEnd('for i in $(seq 100); do true & wait; done');
    expect(members()).toEqual(paused);

    await resumeTree(folder, [identity]);
    expect(members().filter(isStopped)).toEqual([]);
    await grows(paused.length);
  } finally {
    await killTree(folder, [identity]);
  }
});

test('stops parents that sleep in vfork until their child has started another program', async () => {
  // A walk meets one in some of the rounds: tried without the remedy, this fails about every second time.
  const script = 'for i in $(seq 20); do (while :; do sleep 0.002; done) & done; wait';
  const root = spawn('sh', ['-c', script], { cwd: folder, detached: true, stdio: 'ignore' });
  const identity = identityOf(root.pid ?? 0) ?? '';
  try {
    for (let round = 0; round < 8; round += 1) {
      await pauseTree(folder, [identity]);
      await resumeTree(folder, [identity]);
    }
  } finally {
    await killTree(folder, [identity]);
  }
});

test('does nothing where nobody is', async () => {
  await pauseTree(folder, ['1@1']);
  await resumeTree(folder, ['1@1']);
});

async function runsToItsEnd(script: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  spawn('sh', ['-c', script], { stdio: 'ignore' }).once('exit', () => resolve());
  await promise;
}
