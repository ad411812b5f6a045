import type { ContainerInspectInfo } from 'dockerode';
import type { CallOptions, Engine } from './engine/engine.ts';
import { unlessMissing } from './engine/engine-error.ts';
import { howItEnded } from './node/container-host.ts';
import type { DockerNode } from './node/docker-node.ts';

const LEAVE_ALONE = 'nothing that bears the label ordeal.instance may be touched while its trial runs';

/** What a helper that answers no more tells by itself. */
export const LINE_BROKE = 'the line to its helper broke: was the engine restarted?';

export interface PartsOfInstance {
  readonly engine: Engine;
  /** The network's name. */
  readonly network: string;
  /** Those that have been made. */
  readonly nodes: () => readonly DockerNode[];
}

export interface MissingPart {
  readonly node: string;
  /** For people. */
  readonly detail: string;
}

/** What of an instance is not as it was made, asked of the engine. @throws OrdealError when it does not answer */
export async function missingPart(
  { engine, network, nodes }: PartsOfInstance,
  asking: CallOptions,
): Promise<MissingPart | undefined> {
  const found = await Promise.all(
    nodes().map(async (node) => {
      const [helper, target] = await Promise.all(
        [node.helper.container, node.target].map((id) => inspect(engine, id, asking)),
      );
      const detail = whatIsWrong(helper, target, network);
      return detail === undefined ? [] : [{ node: node.spec.name, detail }];
    }),
  );
  const [first] = found.flat();
  if (first?.detail !== OFF_THE_NETWORK || (await hasNetwork(engine, network, asking))) return first;
  return { ...first, detail: `somebody removed the network ${network}: ${LEAVE_ALONE}` };
}

const OFF_THE_NETWORK = `somebody took it off its network: ${LEAVE_ALONE}`;

function whatIsWrong(
  helper: ContainerInspectInfo | undefined,
  target: ContainerInspectInfo | undefined,
  network: string,
): string | undefined {
  if (!isThere(helper)) return `somebody removed the container of its helper: ${LEAVE_ALONE}`;
  if (!isThere(target)) return `somebody removed its container: ${LEAVE_ALONE}`;
  if (!helper.State.Running) {
    // A helper ends by itself when it hears no more from its guard.
    if (helper.State.ExitCode === 0) return LINE_BROKE;
    return `its helper ended (${howItEnded(helper)}): somebody killed it, or it broke`;
  }
  return Object.hasOwn(helper.NetworkSettings.Networks, network) ? undefined : OFF_THE_NETWORK;
}

/** Who removes a container that runs kills it first, and on a busy engine is seconds about it: its status tells. */
function isThere(container: ContainerInspectInfo | undefined): container is ContainerInspectInfo {
  return container !== undefined && !['removing', 'dead'].includes(container.State.Status);
}

function inspect(
  engine: Engine,
  container: string,
  asking: CallOptions,
): Promise<ContainerInspectInfo | undefined> {
  return unlessMissing(
    engine.call(
      'inspect a container',
      (docker, abortSignal) => docker.getContainer(container).inspect({ abortSignal }),
      asking,
    ),
  );
}

async function hasNetwork(engine: Engine, network: string, asking: CallOptions): Promise<boolean> {
  const seen = await unlessMissing(
    engine.call('inspect a network', (docker) => docker.getNetwork(network).inspect(), asking),
  );
  return seen !== undefined;
}
