import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { removeCgroups } from '../../scripts/test-engine/cgroups.ts';
import { whyNoOwnEngine } from '../../scripts/test-engine/why-no-engine.ts';

/** Processes, mounts, links, rules and shared memory of its own: none of them outlives the first process. */
const NAMESPACES = ['--pid', '--mount-proc', '--mount', '--net', '--ipc'];
/** A shell stays the first process: it buries what others have left behind. Files live in memory, and go as well. */
const INSIDE = 'ip link set lo up && mount -t tmpfs ordeal "$TMPDIR" && "$@"; exit $?';

/**
 * Why nothing can be run apart here, for the name of a skipped test; undefined when it can.
 * @throws Error in CI, where nothing may be skipped
 */
export function whyNotApart(): string | undefined {
  const why = whyNoOwnEngine();
  if (why !== undefined && process.env.CI) throw new Error(`${why}, and CI skips nothing`);
  return why;
}

/**
 * Runs a program of the tests in namespaces of its own, where it can start and kill a Docker engine: whatever becomes of
 * that, and however this process ends, nothing is left. Gives what it wrote to its standard output.
 * @param module its path
 * @throws Error with its complaints when it fails; the signal's reason
 */
export async function runApart(
  module: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ordeal-apart-'));
  try {
    const unshare = ['unshare', ...NAMESPACES, '--fork', '--kill-child', 'sh', '-c', INSIDE, 'sh'];
    const program = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare, process.execPath, module, ...args], {
      env: { ...process.env, TMPDIR: folder, ORDEAL_TEST_ENGINE_FOLDER: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    });
    const [output, complaints, [code]] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      once(program, 'close'),
    ]);
    if (code !== 0) throw new Error(`${module} ended with ${code}:\n${complaints}`);
    return output;
  } finally {
    // One that was killed leaves them.
    await removeCgroups(basename(folder));
    await rm(folder, { recursive: true, force: true });
  }
}
