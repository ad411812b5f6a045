import { CLIENT_ROLE, type Link, type NodeSpec, type Topology } from '@ordeal/core';
import { type ComposeSystem, nodesOf, type Protocol, pingable, portName, type SystemNode } from './system.ts';

/** As an engine waits before it starts a container again by its restart policy. */
const RESTART_DELAY_MS = 100;

/** The system's shape: a node for each replica of each service, whose role is the service, and the load's client. */
export function topologyOf(system: ComposeSystem): Topology {
  const nodes = nodesOf(system);
  return {
    nodes: [
      ...nodes.map((node) => specOf(system, node)),
      ...(system.load === undefined
        ? []
        : [{ name: CLIENT_ROLE, role: CLIENT_ROLE, ports: [], restartDelayMs: RESTART_DELAY_MS }]),
    ],
    links: [...linksBetween(system, nodes), ...linksOfClient(system, nodes)],
  };
}

function specOf({ ports, disks, targets }: ComposeSystem, { name, service }: SystemNode): NodeSpec {
  const known = ports.get(service.name) ?? new Map<number, Protocol>();
  const volume = disks[service.name];
  return {
    name,
    role: service.name,
    ports: [...known.keys()].map(portName),
    pingable: pingable(known).map(portName),
    restartDelayMs: service.restarts ? RESTART_DELAY_MS : null,
    ...(targets.includes(service.name) ? {} : { isSpared: true }),
    ...(volume === undefined ? {} : { volume }),
  };
}

/** A compose file does not say who dials whom: everybody may dial every known port of everybody else. */
function linksBetween({ links, ports }: ComposeSystem, nodes: readonly SystemNode[]): Link[] {
  const portsOf = (from: string, to: string): number[] =>
    links === undefined
      ? [...(ports.get(to)?.keys() ?? [])]
      : links.filter((link) => link.from === from && link.to === to).map(({ port }) => port);
  return nodes.flatMap((from) =>
    nodes
      .filter((to) => to !== from)
      .flatMap((to) =>
        portsOf(from.service.name, to.service.name).map((port) => ({
          from: from.name,
          to: to.name,
          port: portName(port),
        })),
      ),
  );
}

/** The built-in load dials one port; a program may dial all of them. */
function linksOfClient({ load, ports }: ComposeSystem, nodes: readonly SystemNode[]): Link[] {
  if (load === undefined) return [];
  const { does } = load;
  return nodes.flatMap(({ name, service }) =>
    [...(ports.get(service.name)?.keys() ?? [])]
      .filter((port) => !('http' in does) || (does.http.service === service.name && does.http.port === port))
      .map((port) => ({ from: CLIENT_ROLE, to: name, port: portName(port) })),
  );
}
