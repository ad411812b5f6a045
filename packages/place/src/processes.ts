import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sep } from 'node:path';

/**
 * Pids come round again, so a process is named by pid and start time: `4711@88231`. Linux reads /proc; elsewhere
 * `ps` answers, with a start time of one-second grain.
 */
export type ProcessIdentity = string;

/** A live process, and where it works. */
export interface LocatedProcess {
  readonly identity: ProcessIdentity;
  readonly folder: string;
}

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly start: string;
  readonly zombie: boolean;
  readonly stopped: boolean;
}

const onLinux = process.platform === 'linux';

/** The identity of a live process; null when there is none (a zombie is dead). */
export function identityOf(pid: number): ProcessIdentity | null {
  const entry = readProcess(pid);
  return entry === null || entry.zombie ? null : `${pid}@${entry.start}`;
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(pidOf(identity)) === identity;
}

/** True for a live process that a signal has stopped: it is there, and does nothing until it is continued. */
export function isStopped(identity: ProcessIdentity): boolean {
  const entry = readProcess(pidOf(identity));
  if (entry === null || `${entry.pid}@${entry.start}` !== identity) return false;
  return entry.stopped;
}

export function pidOf(identity: ProcessIdentity): number {
  return Number.parseInt(identity, 10);
}

/** The parent's pid, or null when the process is gone. */
export function parentOf(pid: number): number | null {
  return readProcess(pid)?.parent ?? null;
}

/** Sends the signal if that very process still lives; true when it was sent. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(pidOf(identity), signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** All live descendants of a process, parents before children, without the process itself. */
export function descendantsOf(pid: number): ProcessIdentity[] {
  const children = Map.groupBy(allProcesses(), (entry) => entry.parent);
  const found: ProcessIdentity[] = [];
  const queue = [pid];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const child of children.get(parent) ?? []) {
      queue.push(child.pid);
      if (!child.zombie) found.push(`${child.pid}@${child.start}`);
    }
  }
  return found;
}

/** Those that live, each followed by its descendants. */
export function withDescendants(roots: Iterable<ProcessIdentity>): ProcessIdentity[] {
  const members = new Set<ProcessIdentity>();
  for (const root of roots) {
    // Found below another root already, and its descendants with it: a walk over all processes saved.
    if (members.has(root) || !isAlive(root)) continue;
    members.add(root);
    for (const descendant of descendantsOf(pidOf(root))) members.add(descendant);
  }
  return [...members];
}

/**
 * All live processes that were started with this in their environment, `NAME=value`, and so were their parents:
 * it survives `setsid`, re-parenting and a change of folder. Those that we may not look into are not found. Linux only;
 * elsewhere empty.
 */
export function processesMarked(marker: string): ProcessIdentity[] {
  if (!onLinux) return [];
  return allProcesses()
    .filter((entry) => !entry.zombie && environmentOf(entry.pid).includes(marker))
    .map((entry) => `${entry.pid}@${entry.start}`);
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/**
 * All live processes whose working directory lies in the folder. This is the label of a node's processes: it
 * survives `setsid`, re-parenting and rewritten command lines, all of which Postgres does. Linux only; elsewhere
 * empty.
 */
export function processesIn(folder: string): ProcessIdentity[] {
  return locateProcessesIn(folder).map(({ identity }) => identity);
}

/** The same, each with its working directory; a folder that has been deleted since keeps its name. */
export function locateProcessesIn(folder: string): LocatedProcess[] {
  if (!onLinux) return [];
  const below = folder.endsWith(sep) ? folder : folder + sep;
  return allProcesses().flatMap((entry) => {
    const cwd = entry.zombie ? undefined : workingDirectory(entry.pid);
    if (cwd === undefined || (cwd !== folder && !cwd.startsWith(below))) return [];
    return [{ identity: `${entry.pid}@${entry.start}`, folder: cwd }];
  });
}

function workingDirectory(pid: number): string | undefined {
  try {
    // A deleted folder reads as `/path (deleted)`.
    return readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '');
  } catch {
    return undefined;
  }
}

function allProcesses(): ProcessEntry[] {
  const pids = onLinux
    ? readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    : execFileSync('ps', ['-axo', 'pid='], { encoding: 'utf8' }).split('\n');
  return pids
    .map((pid) => (pid.trim() === '' ? null : readProcess(Number(pid))))
    .filter((entry) => entry !== null);
}

function readProcess(pid: number): ProcessEntry | null {
  if (!onLinux) return askPs(pid);
  try {
    // The command name may hold spaces and brackets: fields are counted from behind its closing one (proc(5)).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    return {
      pid,
      parent: Number(parent),
      start: fields[19] ?? '',
      zombie: state === 'Z' || state === 'X',
      stopped: state === 'T',
    };
  } catch {
    return null;
  }
}

function askPs(pid: number): ProcessEntry | null {
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
    const [parent, state, ...start] = line.trim().split(/\s+/);
    if (parent === undefined || state === undefined) return null;
    return {
      pid,
      parent: Number(parent),
      start: start.join('-'),
      zombie: state.startsWith('Z'),
      stopped: state.startsWith('T'),
    };
  } catch {
    return null;
  }
}
