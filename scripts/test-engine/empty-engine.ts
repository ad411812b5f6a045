import type Docker from 'dockerode';

const BUILT_IN_NETWORKS = new Set(['bridge', 'host', 'none']);

/** Removes every container, network and volume: only for an engine of the tests' own. Images stay. */
export async function emptyEngine(docker: Docker): Promise<void> {
  const containers = await docker.listContainers({ all: true });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  const networks = await docker.listNetworks();
  await Promise.all(
    networks
      .filter(({ Name }) => !BUILT_IN_NETWORKS.has(Name))
      .map(({ Id }) => docker.getNetwork(Id).remove()),
  );
  const { Volumes } = await docker.listVolumes();
  await Promise.all(Volumes.map(({ Name }) => docker.getVolume(Name).remove({ force: true })));
}
