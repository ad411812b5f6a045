import { deadlineSignal, monotonicMs, waitFor } from '@ordeal/core';
import Docker from 'dockerode';

const TIMEOUT_MS = 60_000;
const LOOK_MS = 20;
const MEMBERS = ['bench-etcd-1', 'bench-etcd-2', 'bench-etcd-3'];
/** Of the pool that benchmarks of ours use, the last piece: trials draw theirs by chance. */
const SUBNET = '10.202.255.0/27';

/** The same done by bare calls of the engine's API, as somebody would write them for one purpose. */
export class BareEngine {
  readonly #docker = new Docker();
  readonly #etcd: string;
  readonly #helper: string;

  constructor(images: Readonly<Record<string, string>>) {
    this.#etcd = images.etcd ?? 'quay.io/coreos/etcd:v3.5.21';
    this.#helper = images.helper ?? 'ordeal/helper:1';
  }

  /** From the call to the process gone, in ms, of a lone member. */
  async kill(): Promise<number> {
    const container = await this.#docker.createContainer({ Image: this.#etcd, Entrypoint: ['etcd'] });
    try {
      await container.start();
      const began = monotonicMs();
      const gone = container.wait();
      await container.kill({ signal: 'SIGKILL' });
      await gone;
      return monotonicMs() - began;
    } finally {
      await container.remove({ force: true, v: true });
    }
  }

  /** One step of a fault by a container that joins the node's network for it: made, run and removed, in ms. */
  async helperStep(instance: string, node: string): Promise<number> {
    const filters = { label: [`ordeal.instance=${instance}`, `ordeal.node=${node}`] };
    const [first] = await this.#docker.listContainers({ filters });
    if (first === undefined) throw new Error(`there is no container of ${node}`);
    const began = monotonicMs();
    const container = await this.#docker.createContainer({
      Image: this.#helper,
      Entrypoint: ['iptables', '-w', '-S'],
      HostConfig: { NetworkMode: `container:${first.Id}`, CapAdd: ['NET_ADMIN'] },
    });
    try {
      await container.start();
      const { StatusCode } = (await container.wait()) as { StatusCode: number };
      if (StatusCode !== 0) throw new Error(`the step ended with ${StatusCode}`);
    } finally {
      await container.remove({ force: true });
    }
    return monotonicMs() - began;
  }

  /** Three members in a network of their own, until a majority answers a read, and their removal, in ms. */
  async lifeOfThree(): Promise<number> {
    const began = monotonicMs();
    const network = await this.#docker.createNetwork({
      Name: 'bench-etcd',
      Internal: true,
      IPAM: { Driver: 'default', Config: [{ Subnet: SUBNET }] },
    });
    const members: Docker.Container[] = [];
    try {
      members.push(...(await Promise.all(MEMBERS.map((name, index) => this.#createMember(name, index)))));
      await Promise.all(members.map((member) => member.start()));
      await waitFor('a leader', () => readsFrom(addressOf(0)), { timeoutMs: TIMEOUT_MS, everyMs: LOOK_MS });
    } finally {
      await Promise.all(members.map((member) => member.remove({ force: true, v: true })));
      await network.remove();
    }
    return monotonicMs() - began;
  }

  /** With the settings of the subject, and a folder of its own in memory. */
  #createMember(name: string, index: number): Promise<Docker.Container> {
    return this.#docker.createContainer({
      name,
      Image: this.#etcd,
      Entrypoint: ['etcd'],
      Cmd: [
        `--name=${name}`,
        '--data-dir=/etcd-data/member-data',
        '--listen-client-urls=http://0.0.0.0:2379',
        `--advertise-client-urls=http://${name}:2379`,
        '--listen-peer-urls=http://0.0.0.0:2380',
        `--initial-advertise-peer-urls=http://${name}:2380`,
        `--initial-cluster=${MEMBERS.map((member) => `${member}=http://${member}:2380`).join(',')}`,
        '--heartbeat-interval=50',
        '--election-timeout=500',
      ],
      HostConfig: { NetworkMode: 'bench-etcd', Tmpfs: { '/etcd-data': 'size=256m' } },
      NetworkingConfig: {
        EndpointsConfig: { 'bench-etcd': { IPAMConfig: { IPv4Address: addressOf(index) } } },
      },
    });
  }
}

function addressOf(index: number): string {
  return `10.202.255.${index + 2}`;
}

/** A linearizable read: there is a leader, and a majority behind it. */
async function readsFrom(host: string): Promise<true | undefined> {
  try {
    const response = await fetch(`http://${host}:2379/v3/kv/range`, {
      method: 'POST',
      body: JSON.stringify({ key: 'Zm9v' }),
      signal: deadlineSignal(2_000),
    });
    await response.text();
    return response.ok || undefined;
  } catch {
    return undefined;
  }
}
