import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Address,
  CLIENT_ROLE,
  type ExecOutcome,
  type Instance,
  type InstanceLabel,
  type InstanceRequest,
  type Link,
  type LinkRule,
  type LoadLine,
  type NodeEvent,
  type NodeLook,
  type NodeSite,
  type NodeSpec,
  type NodeView,
  type Observer,
  OrdealError,
  type ProcessLaunch,
  type Subject,
  type Topology,
  type VolumeLook,
} from '@ordeal/core';
import { isStopped, processesIn, unprivilegedUser } from '@ordeal/place';
import { lastLines, nodeIsDown } from '../handles.ts';
import { Listeners } from '../listeners.ts';
import { NodeSupervisor } from '../node-supervisor.ts';
import { readLoad } from '../read-load.ts';
import { settleAll } from '../settle-all.ts';
import { deleteFolder, makeNodeFolder, recordIncarnation } from './instance-folder.ts';
import { nodeLog } from './launch-node.ts';
import { Links } from './links.ts';
import { NO_LIMITS } from './no-limits.ts';
import { NodeAddresses } from './node-addresses.ts';
import type { PortAllotment } from './ports.ts';
import { prepareNodes } from './prepare-nodes.ts';
import { createProcessHost } from './process-host.ts';
import { killTree, treeMembers } from './process-tree.ts';
import { runCommand } from './run-command.ts';
import { Volumes } from './volumes.ts';

const REMOVE_ATTEMPTS = 3;

export interface InstanceTools {
  readonly ports: PortAllotment;
  readonly monotonicMs: () => number;
  /** The instance's folder, resolved. */
  readonly folder: string;
  readonly cacheFolder: string;
}

/** An instance on the process runtime; its contract is documented at {@link Instance}. */
export class ProcessInstance implements Instance {
  readonly label: InstanceLabel;
  readonly topology: Topology;
  readonly observer: Observer;
  readonly #subject: Subject;
  readonly #tools: InstanceTools;
  readonly #nodes = new Map<string, NodeSupervisor>();
  readonly #launches = new Map<string, ProcessLaunch>();
  readonly #addresses: NodeAddresses;
  readonly #links = new Links();
  readonly #volumes = new Volumes();
  readonly #load = new Listeners<LoadLine>();
  readonly #events = new Listeners<NodeEvent>();
  #removal: Promise<void> | undefined;

  constructor({ label, subject }: InstanceRequest, tools: InstanceTools) {
    this.label = label;
    this.topology = subject.topology;
    this.observer = {
      address: (node, port) => this.#addresses.of(node, port),
      monotonicMs: tools.monotonicMs,
    };
    this.#addresses = new NodeAddresses(tools.ports);
    this.#subject = subject;
    this.#tools = tools;
  }

  /** Brings all nodes up. The caller removes the instance when this throws. */
  async start(signal: AbortSignal): Promise<void> {
    // Without nodes there is nothing to keep in a folder.
    if (this.topology.nodes.length > 0) await mkdir(this.#tools.folder, { recursive: true, mode: 0o755 });
    for (const node of this.topology.nodes) {
      await makeNodeFolder(this.#folder(node), unprivilegedUser());
      await this.#volumes.make(node, this.#folder(node), unprivilegedUser());
      signal.throwIfAborted();
    }
    await this.#addresses.takeAll(this.topology);
    await this.#links.open(this.topology, (node, port) => this.#addresses.of(node, port));
    const launches = await prepareNodes(this.#subject, (node) => this.#site(node), signal);
    for (const [node, launch] of launches) {
      this.#launches.set(node.name, launch);
      this.#nodes.set(node.name, this.#supervisor(node, launch));
    }
    await settleAll([...this.#nodes.values()].map((node) => node.start()));
    signal.throwIfAborted();
  }

  nodes(): readonly NodeView[] {
    return this.topology.nodes.map(({ name, role }) => ({
      name,
      role,
      incarnation: this.#nodes.get(name)?.incarnation() ?? null,
    }));
  }

  async look(node: string): Promise<NodeLook> {
    const supervisor = this.#node(node);
    const { lastIncarnation, quickDeaths } = supervisor;
    const roots = lastIncarnation === undefined ? [] : [lastIncarnation];
    const members = treeMembers(join(this.#tools.folder, node), roots);
    const stopped = members.filter(isStopped).length;
    return { incarnation: supervisor.incarnation(), members: members.length, stopped, quickDeaths };
  }

  dial(link: Link): Address {
    return this.#links.dial(link);
  }

  onLoad(listener: (line: LoadLine) => void): () => void {
    return this.#load.add(listener);
  }

  onNode(listener: (event: NodeEvent) => void): () => void {
    return this.#events.add(listener);
  }

  async crash(node: string, incarnation: string): Promise<void> {
    await this.#node(node).crash(incarnation);
  }

  async hold(injection: string, node: string): Promise<void> {
    await this.#node(node).hold(injection);
  }

  async release(injection: string, node: string): Promise<void> {
    await this.#node(node).release(injection);
  }

  async pause(injection: string, node: string, incarnation: string): Promise<void> {
    await this.#node(node).pause(injection, incarnation);
  }

  async resume(injection: string, node: string): Promise<void> {
    await this.#node(node).resume(injection);
  }

  async startNode(node: string): Promise<void> {
    await this.#node(node).start();
  }

  async takeBack(node: string): Promise<void> {
    await this.#node(node).takeBack();
  }

  async restart(node: string): Promise<void> {
    await this.#node(node).restart();
  }

  async exec(node: string, command: readonly string[], signal: AbortSignal): Promise<ExecOutcome> {
    if (this.#node(node).incarnation() === null) throw nodeIsDown(node);
    const launch = this.#launches.get(node);
    if (launch === undefined) throw new OrdealError('INTERNAL', `${node} has no launch`);
    const folder = join(this.#tools.folder, node);
    return runCommand(command, { launch, folder, runAs: unprivilegedUser(), signal });
  }

  async logs(node: string, lines: number): Promise<string> {
    this.#node(node);
    return lastLines(await readFile(nodeLog(join(this.#tools.folder, node)), 'utf8'), lines);
  }

  async shape(injection: string, rules: readonly LinkRule[]): Promise<void> {
    this.#links.shape(injection, rules);
  }

  async unshape(injection: string): Promise<void> {
    this.#links.unshape(injection);
  }

  async fill(injection: string, node: string, percent: number): Promise<void> {
    await this.#volumes.of(node).fill(injection, percent);
  }

  async free(injection: string, node: string): Promise<void> {
    await this.#volumes.free(injection, node);
  }

  async lookAtVolume(node: string): Promise<VolumeLook> {
    return this.#volumes.of(node).look();
  }

  async squeeze(): Promise<never> {
    throw new OrdealError('UNSUPPORTED', NO_LIMITS);
  }

  async relax(): Promise<void> {
    // Nothing can have been limited: an undo that comes before its apply, or without it, is no failure.
  }

  async lookAtLimits(): Promise<never> {
    throw new OrdealError('UNSUPPORTED', NO_LIMITS);
  }

  remove(): Promise<void> {
    this.#removal ??= this.#removeAll().catch((error: unknown) => {
      // Not forgotten: the next call tries again.
      this.#removal = undefined;
      throw error;
    });
    return this.#removal;
  }

  async #removeAll(): Promise<void> {
    // Without nodes there is no folder, and nothing was ever prepared or launched: no walk over all processes.
    if (this.topology.nodes.length > 0) await this.#removeNodes();
    this.#load.clear();
    this.#events.clear();
    this.#addresses.giveBack();
  }

  async #removeNodes(): Promise<void> {
    const { folder } = this.#tools;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await settleAll([...this.#nodes.values()].map((node) => node.retire()));
        // Also what prepareProcess may have left, which no node stands for.
        await killTree(folder, []);
        await this.#links.close();
        await this.#volumes.close();
        await deleteFolder(folder);
        const left = processesIn(folder);
        if (left.length > 0) throw new OrdealError('TARGET_FAILED', `${left.length} processes are left`);
        return;
      } catch (error) {
        if (attempt === REMOVE_ATTEMPTS) {
          throw new OrdealError('TARGET_FAILED', `cannot remove instance ${this.label.instance}`, {
            cause: error,
            details: { folder, processes: processesIn(folder) },
          });
        }
      }
    }
  }

  #site(node: NodeSpec): NodeSite {
    return {
      node,
      topology: this.topology,
      folder: this.#folder(node),
      cacheFolder: this.#tools.cacheFolder,
      runAs: unprivilegedUser(),
      listen: (port) => this.#addresses.of(node.name, port),
      dial: (to, port) => this.#links.dial({ from: node.name, to, port }),
    };
  }

  #supervisor(spec: NodeSpec, launch: ProcessLaunch): NodeSupervisor {
    const { monotonicMs } = this.#tools;
    const supervisor: NodeSupervisor = new NodeSupervisor({
      spec,
      host: createProcessHost({
        launch,
        folder: this.#folder(spec),
        runAs: unprivilegedUser(),
        record: (incarnation) => recordIncarnation(this.#tools.folder, spec.name, incarnation),
        output:
          spec.role === CLIENT_ROLE
            ? readLoad({
                node: spec.name,
                incarnation: () => supervisor.incarnation(),
                monotonicMs,
                load: (line) => this.#load.tell(line),
                noise: (event) => this.#events.tell(event),
              })
            : undefined,
      }),
      monotonicMs,
      tell: (event) => this.#events.tell(event),
    });
    return supervisor;
  }

  #folder(node: NodeSpec): string {
    return join(this.#tools.folder, node.name);
  }

  #node(name: string): NodeSupervisor {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new OrdealError('BAD_INPUT', `there is no node ${name}`);
    return node;
  }
}
