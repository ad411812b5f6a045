import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { deadlineSignal } from '@ordeal/core';
import type Docker from 'dockerode';

const run = promisify(execFile);
const READ_TIMEOUT_MS = 10_000;

/** Lines in which this machine tells of an engine's work; none of them is the engine's own word. */
export interface HostTraces {
  /** Bridges, and the cables from them into namespaces. */
  readonly links: readonly string[];
  /** Packet filter rules, without counters. */
  readonly rules: readonly string[];
  /** Command lines with their control groups: containers' processes, and the shims that hold them. */
  readonly processes: readonly string[];
  /** Layers, volumes, network namespaces. */
  readonly mounts: readonly string[];
}

export const NO_TRACES: HostTraces = { links: [], rules: [], processes: [], mounts: [] };

/**
 * Why the traces of containers cannot be seen here, for the name of a skipped test; undefined when they can.
 * @throws Error in CI, where nothing may be skipped
 */
export function whyNoHostTraces(): string | undefined {
  if (process.getuid?.() === 0) return undefined;
  const why = 'only root may read packet filter rules and mounts of containers';
  if (process.env.CI) throw new Error(`${why}, and CI skips nothing`);
  return why;
}

/**
 * The names under which the machine knows what an engine made for an instance that runs. They are unique, so that
 * other runs on the same engine, which come and go meanwhile, change nothing in what is found by them.
 */
export async function namesOnHost(docker: Docker, instance: string): Promise<string[]> {
  const abortSignal = deadlineSignal(READ_TIMEOUT_MS);
  const filters = { label: [`ordeal.instance=${instance}`] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters, abortSignal }),
    docker.listNetworks({ filters, abortSignal }),
    docker.listVolumes({ filters, abortSignal }),
  ]);
  const inspected = await Promise.all(
    containers.map(({ Id }) => docker.getContainer(Id).inspect({ abortSignal })),
  );
  const bridges = networks.map(({ Id }) => `br-${Id.slice(0, 12)}`);
  const namespaces = inspected.map(({ NetworkSettings: { SandboxKey } }) => basename(SandboxKey));
  const layers = inspected.map(({ GraphDriver }) => layerOf(GraphDriver));
  const cables = (await readLinks())
    .filter((line) => bridges.some((bridge) => line.includes(` master ${bridge} `)))
    .map((line) => /^\d+: (\w+)@/.exec(line)?.[1] ?? '');
  const found = [
    ...containers.map(({ Id }) => Id),
    ...(volumes ?? []).map(({ Name }) => Name),
    ...bridges,
    ...namespaces,
    ...layers,
    ...cables,
  ];
  // Containers in the namespace of another have none of their own. An empty name would be everybody's.
  return found.filter((name) => name !== '');
}

/** A container's layer bears a name of its own, which not every storage driver tells: empty then. */
function layerOf(driver: unknown): string {
  const { Data: data } = (driver ?? {}) as { Data?: { MergedDir?: string } | null };
  return basename(dirname(data?.MergedDir ?? '/'));
}

/** What bears one of the names. A process that ends while it is read is left out. */
export async function tracesOf(names: readonly string[]): Promise<HostTraces> {
  const [links, rules, processes, mounts] = await Promise.all([
    readLinks(),
    readRules(),
    readProcesses(),
    readFile('/proc/self/mountinfo', 'utf8').then(linesOf),
  ]);
  const naming = (lines: readonly string[]) =>
    lines.filter((line) => names.some((name) => line.includes(name)));
  return { links: naming(links), rules: naming(rules), processes: naming(processes), mounts: naming(mounts) };
}

async function readLinks(): Promise<string[]> {
  return linesOf((await run('ip', ['-o', 'link'], { timeout: READ_TIMEOUT_MS })).stdout);
}

async function readRules(): Promise<string[]> {
  return linesOf((await run('iptables-save', { timeout: READ_TIMEOUT_MS })).stdout);
}

async function readProcesses(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    ids.map(async (id) => {
      const texts = await Promise.all(
        ['cmdline', 'cgroup'].map((file) => readFile(`/proc/${id}/${file}`, 'utf8').catch(unlessGone)),
      );
      return `${id} ${texts.join(' ').replaceAll(/[\0\n]/g, ' ')}`;
    }),
  );
}

function unlessGone(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
  throw error;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
