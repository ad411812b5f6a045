import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentOf, pidOf } from '@ordeal/place';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { launcherChain, onLauncherGone } from './launcher.ts';

/** What stands for our own process: it tells its pid. */
const PROGRAM = 'sleep 60 & echo $!; wait';

/** Starts a program that prints the pid of the innermost process. */
async function start(
  command: string,
  ...args: string[]
): Promise<{ outermostPid: number; innermostPid: number }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const outermostPid = child.pid ?? 0;
  onTestFinished(() => {
    try {
      // A group of its own: all that this test started, and nothing else.
      process.kill(-outermostPid, 'SIGKILL');
    } catch {
      // Gone already, as the test wanted.
    }
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { outermostPid, innermostPid: Number(line.toString()) };
}

/** A package manager as the system sees it: a script called `pnpm` that runs `sh -c`. */
async function fakePnpm(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ordeal-launcher-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'pnpm');
  await writeFile(path, `#!/bin/sh\nsh -c '${PROGRAM}'\nexit $?\n`);
  await chmod(path, 0o755);
  return path;
}

describe('launchers', () => {
  it('are package managers and the shells they run scripts with', async () => {
    const { outermostPid, innermostPid } = await start(await fakePnpm(), 'worker');
    expect(launcherChain(innermostPid).map(pidOf)).toEqual([parentOf(innermostPid), outermostPid]);
    expect(launcherChain(1)).toEqual([]);
  });

  it('are not the shells of the user: neither above a package manager nor without one', async () => {
    const pnpm = await fakePnpm();
    const managed = await start('bash', '-c', `${pnpm} worker; true`);
    expect(launcherChain(managed.innermostPid)).toHaveLength(2);
    expect(launcherChain(managed.innermostPid).map(pidOf)).not.toContain(managed.outermostPid);

    const bare = await start('sh', '-c', PROGRAM);
    expect(parentOf(bare.innermostPid)).toBe(bare.outermostPid);
    expect(launcherChain(bare.innermostPid)).toEqual([]);
  });

  it('are watched: when one is gone, we hear of it once', async () => {
    const { outermostPid, innermostPid } = await start(await fakePnpm(), 'worker');
    const gone = vi.fn();
    onTestFinished(onLauncherGone(gone, launcherChain(innermostPid)));
    process.kill(outermostPid, 'SIGKILL');
    await vi.waitFor(() => expect(gone).toHaveBeenCalledTimes(1), { timeout: 5_000 });
  });
});
