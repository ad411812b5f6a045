import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Address, CLIENT_ROLE, type NodeSite, type ProcessLaunch, type Subject } from '@ordeal/core';
import { optionsAsArgs } from '../client/options.ts';
import { sentinelConfig, serverConfig } from '../settings.ts';
import { redis } from '../subject.ts';
import { SENTINELS, SERVER_VOLUME } from '../topology.ts';

/** The subject on the redis-server of this machine: the same files and client, as processes on loopback. */
export const localRedis: Subject = { ...redis, prepareProcess };

async function prepareProcess({ node, topology, folder, listen, dial }: NodeSite): Promise<ProcessLaunch> {
  const addressOf = (name: string): Address => {
    const [port = ''] = topology.nodes.find((other) => other.name === name)?.ports ?? [];
    return name === node.name ? listen(port) : dial(name, port);
  };
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };
  if (node.role === CLIENT_ROLE) {
    const main = fileURLToPath(new URL('../client/main.ts', import.meta.url));
    const args = [main, ...optionsAsArgs({ sentinels: SENTINELS.map(addressOf) })];
    return { command: process.execPath, args, env, privileges: 'kept' };
  }
  const isSentinel = node.role === 'sentinel';
  const file = join(folder, 'redis.conf');
  const data = join(folder, isSentinel ? '' : SERVER_VOLUME.path);
  const config = isSentinel ? sentinelConfig : serverConfig;
  await writeFile(file, config({ name: node.name, folder: data, addressOf }));
  return {
    command: 'redis-server',
    args: [file, ...(isSentinel ? ['--sentinel'] : [])],
    env,
    privileges: 'kept',
  };
}
