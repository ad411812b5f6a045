import { readFileSync } from 'node:fs';
import { defineCheck, type Say } from './check.ts';

/** What the package `node` of this version brings. */
const NODE_MAJOR = 26;
/** This version did not exist before: a clock that says so is wrong. */
const RELEASED_MS = Date.UTC(2026, 0, 1);
/** Ten instances hold some hundred sockets each, at both ends of every link. */
const ENOUGH_OPEN_FILES = 4_096;
/** Nodes listen on 15000 to 31999. */
const LAST_NODE_PORT = 31_999;
/** Bit of CAP_SYS_PTRACE in a capability mask (linux/capability.h). */
const CAP_SYS_PTRACE = 19n;

const problems = {
  node: {
    level: 'warning',
    means: `Ordeal is made for, and tested on, Node ${NODE_MAJOR}.`,
    advice: 'Start it with `pnpm ordeal`, which brings its own Node.',
  },
  proc: {
    level: 'warning',
    means:
      'Without /proc, only descendants of a living process are found: what a crash leaves may go on unseen.',
    advice: 'Run workers on Linux, with /proc mounted.',
  },
  ptrace: {
    level: 'error',
    means:
      'As root, servers run as another user, and root without CAP_SYS_PTRACE cannot see in which folder the processes of others are: the embedded Postgres does not start, and what crashes leave is not found.',
    advice: 'Give the container `--cap-add SYS_PTRACE`, or run as a user other than root.',
  },
  open_files: {
    level: 'warning',
    means: 'Ten trials at once may run out of sockets and files, and look like a broken system.',
    advice: 'Raise the limit (`ulimit -n`), or run fewer trials at once with `--slots`.',
  },
  ports: {
    level: 'warning',
    means:
      'The system gives ports to outgoing connections that nodes want to listen on: now and then a node cannot start, and its trial is void.',
    advice: 'Set `net.ipv4.ip_local_port_range` to begin at 32768 or above.',
  },
  clock: {
    level: 'warning',
    means:
      'The wall clock is wrong. Results do not depend on it; the instants that people read do, and TLS to servers may fail.',
    advice: 'Let it follow NTP.',
  },
} as const;

/** What the machine and this process must offer. */
export const checkMachine = defineCheck({
  name: 'machine',
  title: 'This machine',
  problems,
  look: async (_site, say) =>
    tellOfMachine(
      { node: process.versions.node, isRoot: process.getuid?.() === 0, now: new Date(), read },
      say,
    ),
});

/** A machine as far as it matters. */
interface Machine {
  readonly node: string;
  readonly isRoot: boolean;
  readonly now: Date;
  /** The text of a file below /proc; undefined when it cannot be read. */
  readonly read: (path: string) => string | undefined;
}

export function tellOfMachine({ node, isRoot, now, read }: Machine, say: Say<keyof typeof problems>): void {
  if (Number.parseInt(node, 10) < NODE_MAJOR) say.problem('node', `Node ${node}`);
  else say.ok('node', `Node ${node} on ${process.platform} ${process.arch}`);

  const status = read('/proc/self/status');
  if (status === undefined) say.problem('proc', '/proc cannot be read');
  else if (isRoot && !mayLookAtOthers(status)) say.problem('ptrace', 'this is root without CAP_SYS_PTRACE');
  else say.ok('proc', '/proc tells of processes');

  const openFiles = openFilesLimit(read('/proc/self/limits'));
  const count =
    openFiles === Number.POSITIVE_INFINITY ? 'any number of' : (openFiles ?? 'an unknown number of');
  const found = `${count} open files are allowed`;
  if (openFiles !== undefined && openFiles < ENOUGH_OPEN_FILES) say.problem('open_files', found);
  else say.ok('open_files', found);

  const firstPort = Number.parseInt(read('/proc/sys/net/ipv4/ip_local_port_range') ?? '', 10);
  if (firstPort <= LAST_NODE_PORT)
    say.problem('ports', `ports of outgoing connections begin at ${firstPort}`);

  if (now.getTime() < RELEASED_MS) say.problem('clock', `it is ${now.toISOString()} here`);
  else say.ok('clock', `it is ${now.toISOString()} here`);
}

/** proc(5): the soft limit. Node has raised it to the hard one, as it does in workers. Undefined: not told. */
function openFilesLimit(limits: string | undefined): number | undefined {
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(limits ?? '')?.[1];
  return limit === undefined ? undefined : Number(limit.replace('unlimited', 'Infinity'));
}

/** ptrace(2), access mode checks: to read another user's /proc/PID/cwd takes the capability, root or not. */
function mayLookAtOthers(status: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return effective === undefined || ((BigInt(`0x${effective}`) >> CAP_SYS_PTRACE) & 1n) === 1n;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
