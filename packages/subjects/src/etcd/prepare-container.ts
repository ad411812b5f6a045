import { fileURLToPath } from 'node:url';
import { CLIENT_ROLE, type ContainerLaunch, type ContainerSite, type ImageName } from '@ordeal/core';
import { addressText } from '../load-client/address-text.ts';
import { CLIENT_PORT, MEMBERS, PEER_PORT, PORTS } from './topology.ts';

const image: ImageName = { name: 'etcd', published: 'quay.io/coreos/etcd:v3.5.21' };
const DATA_PATH = '/etcd-data';

/**
 * A tenth of what etcd sets by itself (100 and 1,000 ms would be for members in one data centre): here a round trip
 * takes less than a millisecond, and ten elections must fit into a trial. On two busy cores a leader is late by some
 * tens of milliseconds, not by half a second.
 */
const HEARTBEAT_MS = 50;
const ELECTION_MS = 500;

/** How the docker runtime starts a node: a member of etcd, or the client. */
export function prepareContainer({ node }: ContainerSite): ContainerLaunch {
  if (node.role === CLIENT_ROLE) {
    return {
      kind: 'program',
      module: fileURLToPath(new URL('./client/main.ts', import.meta.url)),
      args: MEMBERS.map((host) => addressText({ host, port: PORTS[CLIENT_PORT] })),
      env: {},
      ports: {},
    };
  }
  return {
    kind: 'image',
    image,
    entrypoint: ['etcd'],
    args: argumentsOf(node.name),
    env: {},
    ports: PORTS,
    dataPath: DATA_PATH,
  };
}

function argumentsOf(name: string): string[] {
  const peerUrl = (member: string) => `http://${member}:${PORTS[PEER_PORT]}`;
  const clientUrl = (host: string) => `http://${host}:${PORTS[CLIENT_PORT]}`;
  return [
    `--name=${name}`,
    // A folder of its own within the volume, which etcd wants to have for itself, with rights of its choice.
    `--data-dir=${DATA_PATH}/member-data`,
    `--listen-client-urls=${clientUrl('0.0.0.0')}`,
    `--advertise-client-urls=${clientUrl(name)}`,
    `--listen-peer-urls=http://0.0.0.0:${PORTS[PEER_PORT]}`,
    `--initial-advertise-peer-urls=${peerUrl(name)}`,
    `--initial-cluster=${MEMBERS.map((member) => `${member}=${peerUrl(member)}`).join(',')}`,
    '--initial-cluster-state=new',
    `--heartbeat-interval=${HEARTBEAT_MS}`,
    `--election-timeout=${ELECTION_MS}`,
    '--logger=zap',
  ];
}
