import type { ContainerLaunch, ContainerSite } from '@ordeal/core';
import { STORE_SETTINGS } from './settings.ts';
import { PD_PORTS, PLACEMENT_DRIVERS, STORE_PORTS } from './topology.ts';

/**
 * One version of both. From v8.5.4 on a store looks at its disk once a minute instead of once a second, and a leading
 * PD that has died is replaced after 5 s instead of 3.
 */
const VERSION = 'v8.5.3';
const DATA_PATH = '/data';
const SETTINGS_PATH = '/etc/tikv/tikv.toml';

/** How the docker runtime starts a placement driver or a store: the published image, as it is. */
export function prepareContainer({ node }: ContainerSite): ContainerLaunch {
  return node.role === 'tikv' ? storeLaunch(node.name) : placementDriverLaunch(node.name);
}

function placementDriverLaunch(name: string): ContainerLaunch {
  const cluster = PLACEMENT_DRIVERS.map((member) => `${member}=http://${member}:${PD_PORTS.peer}`);
  return {
    kind: 'image',
    image: { name: 'pd', published: `pingcap/pd:${VERSION}` },
    args: [
      `--name=${name}`,
      `--client-urls=http://0.0.0.0:${PD_PORTS.client}`,
      `--peer-urls=http://0.0.0.0:${PD_PORTS.peer}`,
      `--advertise-client-urls=http://${name}:${PD_PORTS.client}`,
      `--advertise-peer-urls=http://${name}:${PD_PORTS.peer}`,
      `--initial-cluster=${cluster.join(',')}`,
      `--data-dir=${DATA_PATH}/${name}`,
    ],
    env: {},
    ports: PD_PORTS,
    dataPath: DATA_PATH,
  };
}

function storeLaunch(name: string): ContainerLaunch {
  return {
    kind: 'image',
    image: { name: 'tikv', published: `pingcap/tikv:${VERSION}` },
    args: [
      `--addr=0.0.0.0:${STORE_PORTS.grpc}`,
      `--advertise-addr=${name}:${STORE_PORTS.grpc}`,
      // Unless told so it listens on loopback only, where no observer sees it.
      `--status-addr=0.0.0.0:${STORE_PORTS.status}`,
      `--data-dir=${DATA_PATH}/${name}`,
      `--pd=${PLACEMENT_DRIVERS.map((member) => `${member}:${PD_PORTS.client}`).join(',')}`,
      `--config=${SETTINGS_PATH}`,
    ],
    env: {},
    ports: STORE_PORTS,
    dataPath: DATA_PATH,
    files: { [SETTINGS_PATH]: STORE_SETTINGS },
  };
}
