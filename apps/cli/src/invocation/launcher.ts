import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity, parentOf } from '@ordeal/place';

/** Programs that start us and may die without telling: `kill` on npx or pnpm reaches only that process. */
const MANAGERS = new Set(['npm', 'npx', 'pnpm', 'pnpx', 'corepack', 'turbo', 'tsx']);
const SHELLS = new Set(['sh', 'bash', 'dash']);
const POLL_MS = 500;

/**
 * The processes between the user's shell and us, innermost first: package managers and the `sh -c` that they run
 * scripts with. A `sh -c` without a package manager above it is the user's own (ssh, ansible, `bash -c 'nohup npx
 * ... &'`): that one may end while we go on.
 */
export function launcherChain(pid = process.pid): ProcessIdentity[] {
  const chain: ProcessIdentity[] = [];
  let upToTopManager = 0;
  for (let parent = parentOf(pid); parent !== null && parent > 1; parent = parentOf(parent)) {
    const identity = identityOf(parent);
    const words = commandLine(parent);
    const managed = isManager(words);
    if (identity === null || !(managed || isShellCommand(words))) break;
    chain.push(identity);
    if (managed) upToTopManager = chain.length;
  }
  return chain.slice(0, upToTopManager);
}

/** Calls back once when any process of the chain is gone. Returns the way to stop watching. */
export function onLauncherGone(callback: () => void, chain = launcherChain()): () => void {
  if (chain.length === 0) return () => {};
  const timer = setInterval(() => {
    if (chain.every(isAlive)) return;
    clearInterval(timer);
    callback();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function isShellCommand([program = '', option]: readonly string[]): boolean {
  return SHELLS.has(basename(program)) && option === '-c';
}

function isManager(words: readonly string[]): boolean {
  const script = scriptOf(words);
  return script !== undefined && MANAGERS.has(basename(script).replace(/(-cli)?\.(c|m)?js$/, ''));
}

/** The program that somebody wanted to run, behind its interpreter: `node .../pnpm.cjs`, `/bin/sh .../pnpm`. */
function scriptOf([program = '', ...rest]: readonly string[]): string | undefined {
  const name = basename(program);
  if (SHELLS.has(name)) return rest[0] === '-c' ? undefined : rest[0];
  if (name === 'node' || name === 'nodejs') return rest.find((word) => !word.startsWith('-'));
  // npm calls itself `npm exec pnpm@12 worker`, in one word.
  return program.split(' ')[0];
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .filter((word) => word !== '');
  } catch {
    // Not Linux: `ps` gives one line, split well enough to see the program's name.
    try {
      return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
        .trim()
        .split(' ');
    } catch {
      return [];
    }
  }
}
