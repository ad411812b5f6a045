import { type JsonObject, type Observer, OrdealError, type SubjectProbe } from '@ordeal/core';
import { describeFailure } from '../describe-failure.ts';
import { missingWrites } from './missing-writes.ts';
import { createNodeConnection, type NodeConnection } from './node-connection.ts';
import { ping } from './ping.ts';
import { type SentinelView, viewSentinel } from './sentinel-view.ts';
import { type ServerView, viewServer } from './server-view.ts';
import { REDIS_PORT, SENTINEL_PORT, SENTINELS, SERVERS } from './topology.ts';
import { transfer } from './transfer.ts';
import { type Answers, problemsOf } from './wholeness.ts';

/** Eyes on one instance: one connection to each server and sentinel, beside all links. */
export function openProbe(observer: Observer): SubjectProbe {
  const connect = (names: readonly string[], port: string) =>
    new Map(names.map((name) => [name, createNodeConnection(observer.address(name, port))]));
  const servers = connect(SERVERS, REDIS_PORT);
  const sentinels = connect(SENTINELS, SENTINEL_PORT);
  /** Votes that were seen to have made a primary; a failover takes seconds, and samples are four a second. */
  const epochs = new Set<number>();

  const viewAll = async (signal: AbortSignal) => {
    const [serverViews, sentinelViews] = await Promise.all([
      onEach(servers, (connection) => viewServer(connection, observer.monotonicMs(), signal)),
      onEach(sentinels, (connection) => viewSentinel(connection, signal)),
    ]);
    for (const view of sentinelViews.values()) if (!(view instanceof Error)) epochs.add(view.configEpoch);
    return { serverViews, sentinelViews };
  };

  return {
    async whole(signal) {
      const { serverViews, sentinelViews } = await viewAll(signal);
      const problems = problemsOf(serverViews, sentinelViews, observer.monotonicMs(), describeFailure);
      if (problems.length > 0) return { whole: false, detail: problems.join('; ') };
      const [primary] = [...serverViews].find(([, view]) => isPrimary(view)) ?? [];
      return { whole: true, detail: `${primary} is the primary, two replicas follow, the sentinels agree` };
    },

    async roles(signal) {
      const { serverViews, sentinelViews } = await viewAll(signal);
      const roles = [
        ...[...serverViews].map(([name, view]) => [name, view instanceof Error ? undefined : view.role]),
        ...[...sentinelViews].map(([name, view]) => [name, view instanceof Error ? undefined : 'sentinel']),
      ];
      return Object.fromEntries(roles.filter((entry): entry is [string, string] => entry[1] !== undefined));
    },

    async capture(signal) {
      const { serverViews, sentinelViews } = await viewAll(signal);
      return {
        ...nodesOf(serverViews, (view) => serverState(view, observer.monotonicMs())),
        ...nodesOf(sentinelViews, sentinelState),
        // The epoch that an instance starts with is no failover.
        failovers: Math.max(0, epochs.size - 1),
      };
    },

    ping: (_node, address, signal) => ping(address, signal),
    transfer: (_node, address, bytes, signal) => transfer(address, bytes, signal),

    // The primary alone knows what was acknowledged: a replica may lag behind.
    async missingWrites(acks, signal) {
      const { serverViews } = await viewAll(signal);
      const primaries = [...servers].filter(([name]) => isPrimary(serverViews.get(name)));
      const [[, primary] = [], ...others] = primaries;
      if (primary === undefined || others.length > 0) {
        throw new OrdealError('TARGET_FAILED', `there are ${primaries.length} primaries`);
      }
      return missingWrites(primary, acks, signal);
    },

    async close() {
      for (const connection of [...servers.values(), ...sentinels.values()]) connection.close();
    },
  };
}

async function onEach<View>(
  connections: ReadonlyMap<string, NodeConnection>,
  look: (connection: NodeConnection) => Promise<View>,
): Promise<Answers<View>> {
  const views = [...connections].map(async ([name, connection]) => {
    const view = await look(connection).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    return [name, view] as const;
  });
  return new Map(await Promise.all(views));
}

function isPrimary(view: ServerView | Error | undefined): boolean {
  return view !== undefined && !(view instanceof Error) && view.role === 'primary';
}

function nodesOf<View>(answers: Answers<View>, stateOf: (view: View) => JsonObject): JsonObject {
  const states = [...answers].map(([name, answer]): [string, JsonObject] => [
    name,
    answer instanceof Error
      ? { reachable: false, error: describeFailure(answer) }
      : { reachable: true, ...stateOf(answer) },
  ]);
  return Object.fromEntries(states);
}

function serverState(
  { role, offset, follows, replicas, heartbeatAtMs }: ServerView,
  nowMs: number,
): JsonObject {
  return {
    role,
    offset,
    ...(follows === undefined ? {} : { follows: follows.primary, link: follows.link }),
    ...(replicas === undefined ? {} : { replicas: [...replicas] }),
    heartbeat_lag_ms: heartbeatAtMs === null ? null : Math.max(0, Math.round(nowMs - heartbeatAtMs)),
  };
}

function sentinelState({ primary, configEpoch, up, isInTilt }: SentinelView): JsonObject {
  return {
    role: 'sentinel',
    primary,
    config_epoch: configEpoch,
    sees: { primary: up.primary, replicas: [...up.replicas], other_sentinels: up.sentinels },
    tilt: isInTilt,
  };
}
