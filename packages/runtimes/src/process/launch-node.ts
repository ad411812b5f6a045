import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { OrdealError, type ProcessLaunch } from '@ordeal/core';
import type { User } from '@ordeal/place';

export interface NodePlace {
  readonly folder: string;
  /** The user for launches with privileges `dropped`; undefined when we are not root. */
  readonly runAs: User | undefined;
  /** Gets what the node writes to its standard output; absent: the log does. */
  readonly output?: ((chunk: string) => void) | undefined;
}

/**
 * Spawns a node in its folder, without waiting before the spawn. Its output goes to `node.log` there.
 * @throws OrdealError TARGET_FAILED when the command cannot be run.
 */
export async function launchNode(
  launch: ProcessLaunch,
  place: NodePlace,
): Promise<{ child: ChildProcess; pid: number }> {
  const log = openSync(nodeLog(place.folder), 'a');
  try {
    const child = spawn(launch.command, launch.args, {
      cwd: place.folder,
      env: { ...inheritedEnvironment(place.folder), ...launch.env },
      // A session of its own: Ctrl+C at the terminal must not be a fault.
      detached: true,
      stdio: ['ignore', place.output === undefined ? log : 'pipe', log],
      ...(launch.privileges === 'dropped' && place.runAs !== undefined ? place.runAs : {}),
    });
    if (child.pid === undefined) {
      const [cause] = await once(child, 'error').catch((error: unknown) => [error]);
      throw new OrdealError('TARGET_FAILED', `cannot run ${launch.command}`, { cause });
    }
    child.on('error', () => {});
    const { output } = place;
    if (output !== undefined) {
      child.stdout?.on('error', () => {});
      child.stdout?.setEncoding('utf8').on('data', output);
    }
    return { child, pid: child.pid };
  } finally {
    closeSync(log);
  }
}

export function nodeLog(folder: string): string {
  return join(folder, 'node.log');
}

/** What a program needs to run at all. Our own environment holds connection strings: no node gets it. */
export function inheritedEnvironment(home: string): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), HOME: home };
}
