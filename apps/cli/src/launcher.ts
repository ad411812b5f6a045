import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity, parentOf } from '@ordeal/place';

/** Programs that start us and may die without telling: `kill` on npx or pnpm reaches only that process. */
const LAUNCHERS = new Set(['npm', 'npx', 'pnpm', 'pnpx', 'corepack', 'turbo', 'tsx']);
const POLL_MS = 500;

/**
 * The processes between the user's shell and us: package managers and the `sh -c` that they run scripts with. A
 * shell of the user's own is not one of them, so closing a terminal under `nohup` stops nothing.
 */
export function launcherChain(pid = process.pid): ProcessIdentity[] {
  const chain: ProcessIdentity[] = [];
  for (let parent = parentOf(pid); parent !== null && parent > 1; parent = parentOf(parent)) {
    const identity = identityOf(parent);
    if (identity === null || !isLauncher(commandLine(parent))) break;
    chain.push(identity);
  }
  return chain;
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

function isLauncher(words: readonly string[]): boolean {
  const [program = '', ...rest] = words;
  const name = basename(program);
  if (LAUNCHERS.has(name.replace(/\.(c|m)?js$/, ''))) return true;
  if (name === 'sh' || name === 'bash' || name === 'dash') return rest[0] === '-c';
  // `node .../pnpm.cjs worker`, and npm, which calls itself `npm exec pnpm@12 worker`.
  const script = /^(node|nodejs)$/.test(name)
    ? rest.find((word) => !word.startsWith('-'))
    : program.split(' ')[0];
  return script !== undefined && LAUNCHERS.has(basename(script).replace(/(-cli)?\.(c|m)?js$/, ''));
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
