import {
  type Address,
  type ContainerLaunch,
  type ExecOutcome,
  type Instance,
  type InstanceLabel,
  type InstanceRequest,
  type LimitsLook,
  type Link,
  type LinkRule,
  type LoadLine,
  type NodeEvent,
  type NodeLimits,
  type NodeLook,
  type NodeSpec,
  type NodeView,
  type Observer,
  OrdealError,
  type Topology,
  type VolumeLook,
} from '@ordeal/core';
import { Listeners } from '../listeners.ts';
import { settleAll } from '../settle-all.ts';
import { ComposeProject } from './compose/project.ts';
import { labelsOf } from './engine/labels.ts';
import { createNetwork } from './engine/networks.ts';
import { removeInstance } from './engine/removal.ts';
import { LINE_BROKE } from './missing-part.ts';
import { rulesPerNode } from './namespace-agent/place-rules.ts';
import type { AgentRule } from './namespace-agent/protocol.ts';
import { DockerNode } from './node/docker-node.ts';
import { PartsWatch } from './parts-watch.ts';
import { prepareLaunches } from './prepare-launches.ts';
import { type DockerSite, nameIn } from './site.ts';

/** Filling writes up to the size of the volume. */
const FILL_DEADLINE_MS = 60_000;

export type InstanceTools = Omit<DockerSite, 'label' | 'network' | 'hosts'> & {
  /** Where subnets come from, such as `10.201.0.0/16`. */
  readonly subnets: string;
};

/** An instance on the docker runtime; its contract is documented at {@link Instance}. */
export class DockerInstance implements Instance {
  readonly label: InstanceLabel;
  readonly topology: Topology;
  readonly observer: Observer;
  readonly #tools: InstanceTools;
  readonly #launches: ReadonlyMap<string, ContainerLaunch>;
  readonly #startBudgetMs: number;
  readonly #compose: ComposeProject | undefined;
  readonly #nodes = new Map<string, DockerNode>();
  readonly #hosts = new Map<string, string>();
  /** Where a link begins, by link. */
  readonly #dials = new Map<string, Address>();
  readonly #load = new Listeners<LoadLine>();
  readonly #events = new Listeners<NodeEvent>();
  readonly #removing = new AbortController();
  #doubt: NodeEvent | undefined;
  #loss: NodeEvent | undefined;
  /** Until compose has made its services, nobody can miss them. */
  #hasServices: boolean;
  #parts: PartsWatch | undefined;
  #removal: Promise<void> | undefined;

  /** @throws OrdealError UNSUPPORTED when the subject does not run on docker */
  constructor({ label, subject }: InstanceRequest, tools: InstanceTools) {
    this.label = label;
    this.topology = subject.topology;
    this.observer = {
      address: (node, port) => this.#addressOf(node, port),
      monotonicMs: tools.monotonicMs,
    };
    this.#tools = tools;
    this.#launches = prepareLaunches(subject);
    this.#startBudgetMs = subject.startBudgetMs;
    this.#compose = subject.compose && new ComposeProject(subject.compose, label);
    this.#hasServices = subject.compose === undefined;
  }

  /**
   * Brings all nodes up. A call to the engine that makes something is always waited for, aborted or not: what came
   * into being behind our back would be left. The caller removes the instance when this throws.
   */
  async start(signal: AbortSignal): Promise<void> {
    const site = await this.#makeNetwork();
    signal.throwIfAborted();
    await settleAll(
      this.topology.nodes.map(async (spec) => {
        this.#nodes.set(spec.name, await this.#makeNode(site, spec));
      }),
    );
    signal.throwIfAborted();
    await settleAll(this.topology.links.map((link) => this.#openDial(link)));
    signal.throwIfAborted();
    const services = [...this.#nodes.values()].flatMap((node) => node.asService() ?? []);
    await this.#compose?.up(site, services, this.#startBudgetMs, signal);
    this.#hasServices = true;
    await settleAll([...this.#nodes.values()].map((node) => node.start()));
    signal.throwIfAborted();
  }

  nodes(): readonly NodeView[] {
    return this.topology.nodes.map(({ name, role }) => ({
      name,
      role,
      incarnation: this.#nodes.get(name)?.supervisor.incarnation() ?? null,
    }));
  }

  look(node: string): Promise<NodeLook> {
    return this.#node(node).look();
  }

  dial(link: Link): Address {
    const address = this.#dials.get(keyOf(link));
    if (address !== undefined) return address;
    throw new OrdealError('BAD_INPUT', `there is no link from ${link.from} to ${link.to}:${link.port}`);
  }

  onLoad(listener: (line: LoadLine) => void): () => void {
    return this.#load.add(listener);
  }

  onNode(listener: (event: NodeEvent) => void): () => void {
    const worst = this.#loss ?? this.#doubt;
    if (worst !== undefined) listener(worst);
    return this.#events.add(listener);
  }

  async crash(node: string, incarnation: string): Promise<void> {
    await this.#node(node).supervisor.crash(incarnation);
  }

  async hold(injection: string, node: string): Promise<void> {
    await this.#node(node).supervisor.hold(injection);
  }

  async release(injection: string, node: string): Promise<void> {
    await this.#node(node).supervisor.release(injection);
  }

  async pause(injection: string, node: string, incarnation: string): Promise<void> {
    await this.#node(node).supervisor.pause(injection, incarnation);
  }

  async resume(injection: string, node: string): Promise<void> {
    await this.#node(node).supervisor.resume(injection);
  }

  async startNode(node: string): Promise<void> {
    await this.#node(node).supervisor.start();
  }

  async takeBack(node: string): Promise<void> {
    await this.#node(node).supervisor.takeBack();
  }

  async restart(node: string): Promise<void> {
    await this.#node(node).supervisor.restart();
  }

  exec(node: string, command: readonly string[], signal: AbortSignal): Promise<ExecOutcome> {
    return this.#node(node).exec(command, signal);
  }

  logs(node: string, lines: number, signal: AbortSignal): Promise<string> {
    return this.#node(node).logs(lines, signal);
  }

  async shape(injection: string, rules: readonly LinkRule[]): Promise<void> {
    for (const { link } of rules) this.dial(link);
    const placed = rulesPerNode(rules, {
      host: (node) => this.#hostOf(node),
      port: (node, port) => this.#node(node).port(port),
    });
    // Every node: one that has rules of this injection by an earlier call may have none by this one.
    await settleAll(
      [...this.#nodes.keys()].map((node) => this.#shapeAt(node, injection, placed.get(node) ?? [])),
    );
  }

  async unshape(injection: string): Promise<void> {
    await settleAll(
      [...this.#nodes.values()].map(({ helper }) => helper.agent.ask('unshape', { injection })),
    );
  }

  async fill(injection: string, node: string, percent: number): Promise<void> {
    const { dataPath: path, helper } = this.#node(node);
    await helper.agent.ask('fill', { injection, path, percent }, FILL_DEADLINE_MS);
  }

  async free(injection: string, node: string): Promise<void> {
    const { dataPath: path, helper } = this.#node(node);
    await helper.agent.ask('free', { injection, path });
  }

  async lookAtVolume(node: string): Promise<VolumeLook> {
    const { dataPath: path, helper } = this.#node(node);
    return helper.agent.ask('volume', { path });
  }

  async squeeze(injection: string, node: string, limits: NodeLimits): Promise<void> {
    await this.#node(node).limits.squeeze(injection, limits);
  }

  async relax(injection: string, node: string): Promise<void> {
    await this.#node(node).limits.relax(injection);
  }

  async lookAtLimits(node: string): Promise<LimitsLook> {
    return this.#node(node).limits.look();
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
    this.#removing.abort();
    // Nobody watches the nodes any more: what would be told of their ends would be a guess.
    this.#load.clear();
    this.#events.clear();
    await settleAll([...this.#nodes.values()].map((node) => node.close()));
    await this.#compose?.end();
    await removeInstance(this.#tools.engine, this.label.instance);
  }

  async #makeNetwork(): Promise<DockerSite> {
    const { engine, place, subnets: pool } = this.#tools;
    const name = nameIn(this);
    const { subnet } = await createNetwork(engine, { name, labels: labelsOf(this.label, place), pool });
    this.#parts = new PartsWatch({
      engine,
      network: name,
      nodes: () =>
        [...this.#nodes.values()].filter(({ launch }) => this.#hasServices || launch.kind !== 'service'),
      lost: (node, detail) => this.#lose(node, detail),
      signal: this.#removing.signal,
    });
    for (const [index, node] of this.topology.nodes.entries()) this.#hosts.set(node.name, subnet.host(index));
    return { ...this.#tools, label: this.label, network: name, hosts: this.#hosts };
  }

  /** Tells by what the rules act: it differs from machine to machine, and what they do to open connections with it. */
  async #shapeAt(node: string, injection: string, rules: readonly AgentRule[]): Promise<void> {
    const { how } = await this.#node(node).helper.agent.ask('shape', { injection, rules });
    if (rules.length === 0) return;
    const means = new Set(rules.map(({ kind }, index) => `${kind} by ${how[index]}`));
    this.#events.tell({
      atMs: this.#tools.monotonicMs(),
      node,
      kind: 'shaped',
      incarnation: null,
      detail: [...means].join(', '),
    });
  }

  /** Told at once: why its helper answers no more, nobody may know before the engine is back. */
  #doubtOf(node: string): void {
    if (this.#doubt !== undefined || this.#removing.signal.aborted) return;
    const atMs = this.#tools.monotonicMs();
    this.#doubt = { atMs, node, kind: 'doubted', incarnation: null, detail: LINE_BROKE };
    this.#events.tell(this.#doubt);
  }

  #lose(node: string, detail: string): void {
    this.#loss = { atMs: this.#tools.monotonicMs(), node, kind: 'lost', incarnation: null, detail };
    // There is nothing to start again.
    for (const { supervisor } of this.#nodes.values()) void supervisor.abandon();
    this.#events.tell(this.#loss);
  }

  #makeNode(site: DockerSite, spec: NodeSpec): Promise<DockerNode> {
    const launch = this.#launches.get(spec.name);
    if (launch === undefined) throw new OrdealError('INTERNAL', `${spec.name} has no launch`);
    return DockerNode.make({
      site,
      spec,
      launch,
      load: (line) => this.#load.tell(line),
      tell: (event) => this.#events.tell(event),
      suspect: (deaf) => {
        if (deaf !== undefined) this.#doubtOf(deaf);
        this.#parts?.suspect(deaf);
      },
    });
  }

  async #openDial(link: Link): Promise<void> {
    const to = this.#addressOf(link.to, link.port);
    this.#dials.set(keyOf(link), await this.#node(link.from).helper.relay(to));
  }

  #addressOf(node: string, port: string): Address {
    return { host: this.#hostOf(node), port: this.#node(node).port(port) };
  }

  #hostOf(node: string): string {
    const host = this.#hosts.get(node);
    if (host === undefined) throw new OrdealError('BAD_INPUT', `there is no node ${node}`);
    return host;
  }

  #node(name: string): DockerNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new OrdealError('BAD_INPUT', `there is no node ${name}`);
    return node;
  }
}

function keyOf({ from, to, port }: Link): string {
  return JSON.stringify([from, to, port]);
}
