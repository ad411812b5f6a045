import { fileURLToPath } from 'node:url';
import { type Address, type NodeSpec, OrdealError } from '@ordeal/core';
import { archiveOf } from '../engine/archive.ts';
import { labelsOf } from '../engine/labels.ts';
import { AgentClient } from '../namespace-agent/client.ts';
import { STAY } from '../namespace-agent/protocol.ts';
import { type DockerSite, nameIn } from '../site.ts';
import { type Attached, attach } from './attach.ts';
import { HELPER_IMAGE } from './helper-image.ts';

const AGENT_PATH = '/ordeal/agent.mjs';
export const AGENT_MODULE = fileURLToPath(new URL('../namespace-agent/main.ts', import.meta.url));
/** Where the node's volume is, for the helper. */
export const HELPER_DATA_PATH = '/ordeal/data';
/** Covers the start of its program on a busy machine. */
const AGENT_DEADLINE_MS = 20_000;

/** Of what it writes to standard error, in characters: the end of a stack trace. */
const MOST_COMPLAINTS = 2_000;

/**
 * The container that owns a node's network namespace and keeps its volume mounted: both outlive the restarts of the
 * node itself. In it runs the namespace agent, which undoes all when we go.
 */
export class NodeHelper {
  readonly container: string;
  readonly #site: DockerSite;
  readonly #node: string;
  #attached: Attached | undefined;
  #agent: AgentClient | undefined;

  private constructor(site: DockerSite, node: string, container: string) {
    this.#site = site;
    this.#node = node;
    this.container = container;
  }

  /** @param known aliases beside its name, and lines of its hosts file beside the other nodes */
  static async create(
    site: DockerSite,
    spec: NodeSpec,
    volume: string | undefined,
    known: { readonly aliases: readonly string[]; readonly hosts: readonly string[] },
  ): Promise<NodeHelper> {
    const { engine, hosts, label, network, place } = site;
    const container = await engine.call('create a helper container', (docker, abortSignal) =>
      docker.createContainer({
        name: nameIn(site, spec.name, 'helper'),
        Hostname: spec.name,
        Image: site.imageOf(HELPER_IMAGE),
        Entrypoint: ['node', AGENT_PATH, STAY],
        Labels: labelsOf(label, place, spec.name),
        OpenStdin: true,
        // The end of our stream is the end of its standard input: that is how it hears of our death.
        StdinOnce: true,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        HostConfig: {
          NetworkMode: network,
          // Beside the engine's name server: names must not depend on a path that a fault may be on.
          ExtraHosts: [...[...hosts].map(([name, host]) => `${name}:${host}`), ...known.hosts],
          CapAdd: ['NET_ADMIN', 'NET_RAW'],
          LogConfig: { Type: 'none', Config: {} },
          Mounts: volume === undefined ? [] : [{ Type: 'volume', Source: volume, Target: HELPER_DATA_PATH }],
        },
        NetworkingConfig: {
          EndpointsConfig: {
            [network]: {
              IPAMConfig: { IPv4Address: hosts.get(spec.name) },
              Aliases: [spec.name, ...known.aliases],
            },
          },
        },
        abortSignal,
      }),
    );
    return new NodeHelper(site, spec.name, container.id);
  }

  /** Starts the agent; resolves when it answers. @param gone is called when it answers no more @throws OrdealError TARGET_FAILED with what it says when it does not */
  async start(gone: () => void): Promise<void> {
    const { engine, bundle } = this.#site;
    const archive = await archiveOf({ [AGENT_PATH]: await bundle(AGENT_MODULE) });
    await engine.call('copy the agent into a helper', (docker, abortSignal) =>
      docker.getContainer(this.container).putArchive(archive, { path: '/', abortSignal }),
    );
    this.#attached = await attach(engine, this.container, { stdin: true });
    this.#agent = new AgentClient(this.#attached.stdin, this.#attached.stdout);
    let complaints = '';
    this.#attached.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-MOST_COMPLAINTS);
    });
    await engine.call('start a helper', (docker, abortSignal) =>
      docker.getContainer(this.container).start({ abortSignal }),
    );
    await this.#agent.ask('look', {}, AGENT_DEADLINE_MS).catch((cause: unknown) => {
      const message = `the helper of ${this.#node} does not work: ${complaints.trim() || 'it says nothing'}`;
      throw new OrdealError('TARGET_FAILED', message, { cause });
    });
    void this.#agent.gone.then(gone);
  }

  /** @throws OrdealError TARGET_FAILED when it did not start, or is gone */
  get agent(): AgentClient {
    if (this.#agent !== undefined) return this.#agent;
    throw new OrdealError('TARGET_FAILED', `the helper of ${this.#node} does not run`);
  }

  /** Where a connection of this node to the address begins, for somebody outside. */
  async relay(to: Address): Promise<Address> {
    const { port } = await this.agent.ask('relay', { to }, AGENT_DEADLINE_MS);
    return { host: this.#site.hosts.get(this.#node) ?? '', port };
  }

  close(): void {
    this.#attached?.close();
  }
}
