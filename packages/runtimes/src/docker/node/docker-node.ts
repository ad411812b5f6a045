import {
  CLIENT_ROLE,
  type ContainerLaunch,
  type ExecOutcome,
  type LoadLine,
  type NodeEvent,
  type NodeLook,
  type NodeSpec,
  OrdealError,
} from '@ordeal/core';
import { nodeIsDown } from '../../handles.ts';
import { NodeSupervisor } from '../../node-supervisor.ts';
import { readLoad } from '../../read-load.ts';
import type { ServiceNode } from '../compose/instance-file.ts';
import { labelsOf } from '../engine/labels.ts';
import { type DockerSite, nameIn } from '../site.ts';
import { type Attached, attach } from './attach.ts';
import { createContainerHost } from './container-host.ts';
import { ContainerLimits } from './container-limits.ts';
import { execInContainer, logsOfContainer } from './exec-in-container.ts';
import { HELPER_DATA_PATH, NodeHelper } from './helper.ts';
import { lookAtContainer } from './look-at-container.ts';
import { createTarget } from './target.ts';
import { createVolume } from './volume.ts';

export interface DockerNodeOptions {
  readonly site: DockerSite;
  readonly spec: NodeSpec;
  readonly launch: ContainerLaunch;
  readonly load: (line: LoadLine) => void;
  readonly tell: (event: NodeEvent) => void;
  /** Called when something of it seems to be missing, with its name when that is its helper. */
  readonly suspect: (deaf?: string) => void;
}

/** One node: a helper that stays for as long as the instance, and beside it, in its namespace, what is killed and started. */
export class DockerNode {
  readonly spec: NodeSpec;
  readonly launch: ContainerLaunch;
  readonly helper: NodeHelper;
  readonly limits: ContainerLimits;
  readonly supervisor: NodeSupervisor;
  readonly #site: DockerSite;
  /** The container of the node itself: its id, or the name that compose is to give it. */
  readonly target: string;
  readonly #volume: string | undefined;
  readonly #closing = new AbortController();
  #output: Attached | undefined;

  private constructor(
    { site, spec, launch, load, tell, suspect }: DockerNodeOptions,
    made: { helper: NodeHelper; target: string; volume: string | undefined },
  ) {
    this.spec = spec;
    this.launch = launch;
    this.helper = made.helper;
    this.#site = site;
    this.target = made.target;
    this.#volume = made.volume;
    const { engine, monotonicMs } = site;
    this.limits = new ContainerLimits(engine, made.target);
    this.supervisor = new NodeSupervisor({
      spec,
      monotonicMs,
      tell,
      host: createContainerHost({
        engine,
        container: made.target,
        signal: this.#closing.signal,
        removed: () => suspect(),
        beforeStart: spec.role === CLIENT_ROLE ? () => this.#readOutput(load, tell) : undefined,
      }),
    });
  }

  /** Makes its volume and containers, and starts the helper: all but the node itself runs then. */
  static async make(options: DockerNodeOptions): Promise<DockerNode> {
    const { site, spec, launch } = options;
    const volume = spec.volume === undefined ? undefined : await createVolume(site, spec.name, spec.volume);
    const helper = await NodeHelper.create(site, spec, volume, namesOf(launch));
    await helper.start(() => options.suspect(spec.name));
    // Compose makes it, under this name.
    if (launch.kind === 'service')
      return new DockerNode(options, { helper, target: nameIn(site, spec.name), volume });
    const target = await createTarget(site, { spec, launch, helper: helper.container, volume });
    return new DockerNode(options, { helper, target, volume });
  }

  /** What compose needs to know to make the node; undefined when that is not up to compose. */
  asService(): ServiceNode | undefined {
    const { launch, spec } = this;
    if (launch.kind !== 'service') return undefined;
    return {
      name: spec.name,
      launch,
      container: this.target,
      helper: this.helper.container,
      volume: this.#volume,
      labels: labelsOf(this.#site.label, this.#site.place, spec.name),
    };
  }

  /** Starts it; one that compose has started goes on, and one that nobody restarts stays as compose left it. */
  async start(): Promise<void> {
    if (this.launch.kind === 'service' && this.spec.restartDelayMs === null) {
      const { incarnation } = await this.look();
      if (incarnation === null) return;
    }
    await this.supervisor.start();
  }

  async look(): Promise<NodeLook> {
    const seen = await lookAtContainer(this.#site.engine, this.target);
    return { ...seen, quickDeaths: this.supervisor.quickDeaths };
  }

  /** @throws OrdealError TARGET_FAILED when it is down, or the engine cannot run the command in it */
  async exec(command: readonly string[], signal: AbortSignal): Promise<ExecOutcome> {
    if (this.supervisor.incarnation() === null) throw nodeIsDown(this.spec.name);
    return execInContainer(this.#site.engine, this.target, command, signal);
  }

  logs(lines: number, signal: AbortSignal): Promise<string> {
    return logsOfContainer(this.#site.engine, this.target, lines, signal);
  }

  /** Where the helper sees the node's data. @throws OrdealError UNSUPPORTED when the node has no volume */
  get dataPath(): string {
    if (this.#volume !== undefined) return HELPER_DATA_PATH;
    throw new OrdealError('UNSUPPORTED', `${this.spec.name} keeps no data in a volume`);
  }

  /** The port's number. @throws OrdealError BAD_INPUT when the node has no such port */
  port(name: string): number {
    const port = this.launch.ports[name];
    if (port === undefined) throw new OrdealError('BAD_INPUT', `${this.spec.name} has no port ${name}`);
    return port;
  }

  /** Starts it no more and lets go of its containers, which somebody else removes. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.supervisor.abandon();
    this.#output?.close();
    this.helper.close();
  }

  async #readOutput(load: (line: LoadLine) => void, tell: (event: NodeEvent) => void): Promise<void> {
    this.#output?.close();
    this.#output = await attach(this.#site.engine, this.target, { stdin: false });
    const read = readLoad({
      node: this.spec.name,
      incarnation: () => this.supervisor.incarnation(),
      monotonicMs: this.#site.monotonicMs,
      load,
      noise: tell,
    });
    this.#output.stdout.setEncoding('utf8').on('data', read);
    // What it complains of is worth telling as well, and no load line.
    this.#output.stderr.setEncoding('utf8').on('data', read);
  }
}

/** By what names it is dialled beside its own, and which ones it knows beside the other nodes'. */
function namesOf(launch: ContainerLaunch): { aliases: readonly string[]; hosts: readonly string[] } {
  return launch.kind === 'service' ? launch : { aliases: [], hosts: [] };
}
