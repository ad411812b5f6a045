import { fileURLToPath } from 'node:url';
import type { NodeSite, Subject } from '@ordeal/core';
import { prepareContainer } from '../prepare-container.ts';
import { tikv } from '../subject.ts';

const DOUBLE = new URL('../../../../../tests/doubles/pd-tikv/', import.meta.url);

/** Shorter than the real times, which are a matter of waiting only; not so short that a busy machine exceeds them. */
const SHORTENED = {
  DOUBLE_STORE_HEARTBEAT_MS: '500',
  DOUBLE_DISCONNECTED_MS: '3000',
  DOUBLE_PD_LEASE_MS: '2000',
  DOUBLE_RAFT_LEASE_MS: '2000',
};

/**
 * The subject with a double of PD and TiKV in place of the images, as processes on loopback: started with the very
 * flags that the images get, apart from addresses to listen at and the folder.
 */
export const doubleAsProcesses: Subject = {
  ...tikv,
  topology: {
    ...tikv.topology,
    // Volumes of a real size want root; those of the double are plain folders.
    nodes: tikv.topology.nodes.map(({ volume: _, ...node }) => node),
  },
  async prepareProcess(site) {
    const { args, ports } = prepareContainer(site);
    const program = site.node.role === 'tikv' ? 'tikv/main.ts' : 'pd/main.ts';
    return {
      command: process.execPath,
      args: [fileURLToPath(new URL(program, DOUBLE)), ...args.map((arg) => onLoopback(arg, ports, site))],
      env: { ...SHORTENED, DOUBLE_DIAL: JSON.stringify(dialsOf(site)) },
      // The unprivileged user may be unable to read this checkout.
      privileges: 'kept',
    };
  },
};

function onLoopback(arg: string, ports: Readonly<Record<string, number>>, { listen }: NodeSite): string {
  const listening = Object.entries(ports).reduce((text, [name, number]) => {
    const { host, port } = listen(name);
    return text.replaceAll(`0.0.0.0:${number}`, `${host}:${port}`);
  }, arg);
  return listening.replace('--data-dir=/data/', '--data-dir=./');
}

/** Where this node dials for each address that the others advertise. */
function dialsOf({ node, topology, dial }: NodeSite): Record<string, string> {
  const numbers = new Map(
    topology.nodes.flatMap((spec) =>
      Object.entries(prepareContainer({ node: spec, topology }).ports).map(([name, number]) => [
        `${spec.name}/${name}`,
        number,
      ]),
    ),
  );
  return Object.fromEntries(
    topology.links
      .filter(({ from }) => from === node.name)
      .map(({ to, port }) => {
        const address = dial(to, port);
        return [`${to}:${numbers.get(`${to}/${port}`)}`, `${address.host}:${address.port}`];
      }),
  );
}
