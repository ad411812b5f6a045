import { readFileSync } from 'node:fs';
import { defineCheck } from './check.ts';

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

/** What the machine and this process must offer. */
export const checkMachine = defineCheck({
  name: 'machine',
  title: 'This machine',
  problems: {
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
        "Servers run as another user, and root without CAP_SYS_PTRACE cannot see that user's processes by their folder: faults miss them, and crashes leave them behind.",
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
  },
  async look(_site, say) {
    const { node } = process.versions;
    if (Number.parseInt(node, 10) < NODE_MAJOR) say.problem('node', `Node ${node}`);
    else say.ok('node', `Node ${node} on ${process.platform} ${process.arch}`);

    const status = read('/proc/self/status');
    if (status === undefined) say.problem('proc', '/proc cannot be read');
    else if (isBlindRoot(status)) say.problem('ptrace', 'root has no CAP_SYS_PTRACE here');
    else say.ok('proc', '/proc tells of processes');

    const openFiles = openFilesLimit();
    if (openFiles !== undefined && openFiles < ENOUGH_OPEN_FILES) {
      say.problem('open_files', `at most ${openFiles} open files`);
    } else say.ok('open_files', `at most ${openFiles ?? 'an unknown number of'} open files`);

    const [firstPort] = (read('/proc/sys/net/ipv4/ip_local_port_range') ?? '').split(/\s+/).map(Number);
    if (firstPort !== undefined && firstPort > 0 && firstPort <= LAST_NODE_PORT) {
      say.problem('ports', `ports of outgoing connections begin at ${firstPort}`);
    }
    const now = new Date();
    if (now.getTime() < RELEASED_MS) say.problem('clock', `it says ${now.toISOString()}`);
    else say.ok('clock', now.toISOString());
  },
});

/** proc(5): the soft limit. Node has raised it to the hard one, as it does in workers. */
function openFilesLimit(): number | undefined {
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(read('/proc/self/limits') ?? '')?.[1];
  return limit === undefined ? undefined : Number(limit.replace('unlimited', 'Infinity'));
}

/** ptrace(2), access mode checks: to read another user's /proc/PID/cwd takes the capability, root or not. */
function isBlindRoot(status: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return (
    process.getuid?.() === 0 &&
    effective !== undefined &&
    ((BigInt(`0x${effective}`) >> CAP_SYS_PTRACE) & 1n) === 0n
  );
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
