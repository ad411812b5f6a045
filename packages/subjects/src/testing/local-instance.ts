import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type Address,
  deadlineSignal,
  type LoadLine,
  monotonicMs,
  type NodeSite,
  type Observer,
  type ProcessLaunch,
  type Subject,
  waitFor,
} from '@ordeal/core';
import { processesIn, signalProcess, unprivilegedUser } from '@ordeal/place';
import { freePorts } from './free-ports.ts';

/** An instance without a runtime: no links, no supervisor. Its nodes start and die when a test says so. */
export interface LocalInstance {
  readonly observer: Observer;
  /** Every operation of the load so far. */
  readonly lines: readonly LoadLine[];
  folderOf(node: string): string;
  start(node: string): Promise<void>;
  /** SIGKILL to all processes of the node, until none is left. */
  kill(node: string): Promise<void>;
  /** What the node has said on standard error. */
  logOf(node: string): string;
  remove(): Promise<void>;
}

/** Prepares every node below `folder`, and starts none. */
export async function createLocalInstance(
  subject: Subject,
  folders: { folder: string; cacheFolder: string },
): Promise<LocalInstance> {
  const { topology, prepareProcess } = subject;
  if (prepareProcess === undefined) throw new TypeError(`${subject.name} has no processes`);
  const listening = topology.nodes.flatMap((node) => node.ports.map((port) => `${node.name}/${port}`));
  const ports = await freePorts(listening.length);
  const address = (node: string, port: string): Address => {
    const index = listening.indexOf(`${node}/${port}`);
    return { host: '127.0.0.1', port: ports[index] ?? Number.NaN };
  };
  const folderOf = (node: string) => join(folders.folder, node);
  const runAs = unprivilegedUser();
  await mkdir(folders.folder, { recursive: true, mode: 0o755 });

  const prepare = async (node: NodeSite['node']): Promise<[string, ProcessLaunch]> => {
    await mkdir(folderOf(node.name), { mode: 0o700 });
    if (runAs !== undefined) await chown(folderOf(node.name), runAs.uid, runAs.gid);
    if (node.volume !== undefined) {
      const volume = join(folderOf(node.name), node.volume.path);
      await mkdir(volume, { mode: 0o700 });
      if (runAs !== undefined) await chown(volume, runAs.uid, runAs.gid);
    }
    const site: NodeSite = {
      node,
      topology,
      folder: folderOf(node.name),
      cacheFolder: folders.cacheFolder,
      runAs,
      listen: (port) => address(node.name, port),
      dial: address,
    };
    return [node.name, await prepareProcess(site, deadlineSignal(30_000))];
  };
  const launches = new Map(await Promise.all(topology.nodes.map(prepare)));

  const children = new Map<string, ChildProcess>();
  const logs = new Map<string, string>();
  const lines: LoadLine[] = [];

  const kill = async (node: string) => {
    await waitFor(
      `${node} is dead`,
      () => {
        const members = processesIn(folderOf(node));
        for (const member of members) signalProcess(member, 'SIGKILL');
        return members.length === 0 ? true : undefined;
      },
      { timeoutMs: 5_000, everyMs: 10 },
    );
  };

  return {
    observer: { address, monotonicMs },
    lines,
    folderOf,
    async start(node) {
      const launch = launches.get(node);
      if (launch === undefined) throw new RangeError(`no node ${node}`);
      const child = spawn(launch.command, launch.args, {
        cwd: folderOf(node),
        env: { ...launch.env },
        stdio: ['pipe', 'pipe', 'pipe'],
        ...(launch.privileges === 'dropped' ? runAs : {}),
      });
      await once(child, 'spawn');
      children.set(node, child);
      child.stderr.on('data', (chunk) => logs.set(node, (logs.get(node) ?? '') + chunk));
      const output = createInterface({ input: child.stdout });
      if (node === 'client') output.on('line', (line) => lines.push(JSON.parse(line) as LoadLine));
      else output.resume();
    },
    kill,
    logOf: (node) => logs.get(node) ?? '',
    async remove() {
      for (const [node, child] of children) child.kill(launches.get(node)?.endSignal ?? 'SIGKILL');
      await Promise.all(
        [...children.values()].map(async (child) => {
          if (child.exitCode === null && child.signalCode === null) {
            await once(child, 'exit', { signal: deadlineSignal(5_000) }).catch(() => undefined);
          }
        }),
      );
      await Promise.all(topology.nodes.map((node) => kill(node.name)));
    },
  };
}
