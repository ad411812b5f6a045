import { fileURLToPath } from 'node:url';
import {
  type Address,
  CLIENT_ROLE,
  type ContainerLaunch,
  type ContainerSite,
  type ImageName,
} from '@ordeal/core';
import { optionsAsArgs } from './client/options.ts';
import { sentinelConfig, serverConfig } from './settings.ts';
import { REDIS_PORT, SENTINEL_PORT, SENTINELS } from './topology.ts';

const IMAGE: ImageName = { name: 'redis', published: 'docker.io/library/redis:7.4-bookworm' };

const PORT_NUMBERS: Readonly<Record<string, number>> = { [REDIS_PORT]: 6_379, [SENTINEL_PORT]: 26_379 };

/** Beside the volume: servers and sentinels rewrite their file, which must succeed on a full disk, too. */
const CONFIG_FILE = '/etc/ordeal/redis.conf';
const DATA_FOLDER = '/data';

/** How the docker runtime starts a node of the subject: a server, a sentinel, or the client. */
export function prepareContainer({ node, topology }: ContainerSite): ContainerLaunch {
  const portsOf = (ports: readonly string[]) =>
    Object.fromEntries(ports.map((port) => [port, PORT_NUMBERS[port] ?? Number.NaN]));
  const addressOf = (name: string): Address => {
    const [port = ''] = topology.nodes.find((other) => other.name === name)?.ports ?? [];
    return { host: name, port: PORT_NUMBERS[port] ?? Number.NaN };
  };
  if (node.role === CLIENT_ROLE) {
    return {
      kind: 'program',
      module: fileURLToPath(new URL('./client/main.ts', import.meta.url)),
      args: optionsAsArgs({ sentinels: SENTINELS.map(addressOf) }),
      env: {},
      ports: {},
    };
  }
  const isSentinel = node.role === 'sentinel';
  const site = { name: node.name, folder: isSentinel ? '/tmp' : DATA_FOLDER, addressOf };
  return {
    kind: 'image',
    image: IMAGE,
    // The published image's own would give the folder to another user first; ours starts the same in any image.
    entrypoint: ['redis-server'],
    args: [CONFIG_FILE, ...(isSentinel ? ['--sentinel'] : [])],
    env: {},
    ports: portsOf(node.ports),
    ...(isSentinel ? {} : { dataPath: DATA_FOLDER }),
    files: { [CONFIG_FILE]: isSentinel ? sentinelConfig(site) : serverConfig(site) },
  };
}
