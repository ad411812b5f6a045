import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identityOf, pidOf } from '@ordeal/place';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { launcherChain, onLauncherGone } from './launcher.ts';

/** A process started by `sh -c`, as package managers start scripts; gives the pid of the innermost one. */
async function startScript(): Promise<{ launcherPid: number; scriptPid: number }> {
  const launcher = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(launcher.stdout, 'data')) as [Buffer];
  const scriptPid = Number(line.toString());
  onTestFinished(() => {
    for (const pid of [launcher.pid ?? 0, scriptPid]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already, as the test wanted.
      }
    }
  });
  return { launcherPid: launcher.pid ?? 0, scriptPid };
}

describe('launchers', () => {
  it('are the processes between the shell of the user and us', async () => {
    const { launcherPid, scriptPid } = await startScript();
    expect(launcherChain(scriptPid).map(pidOf)).toContain(launcherPid);
    expect(launcherChain(1)).toEqual([]);
  });

  it('are watched: when one is gone, we hear of it once', async () => {
    const { launcherPid } = await startScript();
    const gone = vi.fn();
    const identity = identityOf(launcherPid);
    const stop = onLauncherGone(gone, identity === null ? [] : [identity]);
    onTestFinished(stop);
    process.kill(launcherPid, 'SIGKILL');
    await vi.waitFor(() => expect(gone).toHaveBeenCalledTimes(1), { timeout: 5_000 });
  });
});
