import { fileURLToPath } from 'node:url';
import { CLIENT_ROLE, type ContainerLaunch, type ContainerSite, OrdealError } from '@ordeal/core';
import { type ComposeSystem, nodesOf, portName } from './system.ts';

/** How a node of the system is made: a service by compose, the load by us. */
export function prepareContainer(system: ComposeSystem, { node }: ContainerSite): ContainerLaunch {
  if (node.role === CLIENT_ROLE) return clientLaunch(system);
  const service = nodesOf(system).find(({ name }) => name === node.name)?.service;
  if (service === undefined) throw new OrdealError('BAD_INPUT', `no service is behind ${node.name}`);
  const { name, image, replicas, aliases, hosts } = service;
  const ports = [...(system.ports.get(name)?.keys() ?? [])];
  const disk = system.disks[name];
  return {
    kind: 'service',
    service: name,
    // Under its reference: settings choose other references for images of ours, and this one is the user's choice.
    image: { name: image, published: image },
    // Behind the service's name are all of its replicas.
    aliases: replicas === 1 ? aliases : [name, ...aliases],
    hosts,
    args: [],
    env: {},
    ports: Object.fromEntries(ports.map((port) => [portName(port), port])),
    ...(disk === undefined ? {} : { dataPath: disk.path }),
  };
}

function clientLaunch({ load }: ComposeSystem): ContainerLaunch {
  if (load === undefined) throw new OrdealError('INTERNAL', 'a client without a load');
  const { does } = load;
  const [module, args] =
    'http' in does
      ? [fileURLToPath(new URL('./client/main.ts', import.meta.url)), [JSON.stringify(does.http)]]
      : [does.program, []];
  return { kind: 'program', module, args, env: {}, ports: {} };
}
