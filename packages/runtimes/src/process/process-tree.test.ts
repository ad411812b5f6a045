import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@ordeal/core';
import { identityOf, isAlive, pidOf, processesIn } from '@ordeal/place';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killTree, treeMembers } from './process-tree.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ordeal-tree-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('kills a tree that forks as fast as it can, children that leave the folder included', async () => {
  const script = 'while :; do (cd / && exec sleep 3611.5) & sleep 0.002; done';
  const root = spawn('sh', ['-c', script], { cwd: folder, detached: true, stdio: 'ignore' });
  const identity = identityOf(root.pid ?? 0) ?? '';
  await waitFor('children', () => treeMembers(folder, [identity]).length > 20 || undefined, {
    timeoutMs: 20_000,
  });
  await killTree(folder, [identity]);
  expect(processesIn(folder)).toEqual([]);
  const { stdout } = spawn('ps', ['-eo', 'args'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let listed = '';
  stdout.setEncoding('utf8').on('data', (text) => {
    listed += text;
  });
  await once(stdout, 'end');
  expect(listed).toContain('ps -eo args');
  expect(listed).not.toContain('sleep 3611.5');
});

test('kills what is frozen already, and does nothing where nobody is', async () => {
  const child = spawn('sleep', ['3600'], { cwd: folder, detached: true, stdio: 'ignore' });
  const identity = identityOf(child.pid ?? 0) ?? '';
  process.kill(pidOf(identity), 'SIGSTOP');
  await killTree(folder, [identity]);
  expect(isAlive(identity)).toBe(false);
  await killTree(folder, [identity]);
});
