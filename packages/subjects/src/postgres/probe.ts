import type { JsonObject, Observer, SubjectProbe } from '@ordeal/core';
import { describeFailure } from '../describe-failure.ts';
import { captureNode } from './capture.ts';
import { missingWrites } from './missing-writes.ts';
import { createNodeConnection, type NodeConnection } from './node-connection.ts';
import { ping } from './ping.ts';
import { roleOf } from './role.ts';
import { PRIMARY, SQL_PORT, STANDBYS } from './topology.ts';
import { transfer } from './transfer.ts';
import { wholeness } from './wholeness.ts';

/** Eyes on one instance: one connection to each server, beside all links. */
export function openProbe(observer: Observer): SubjectProbe {
  const connect = (name: string) => createNodeConnection(observer.address(name, SQL_PORT));
  const primary = connect(PRIMARY);
  const connections = new Map<string, NodeConnection>([
    [PRIMARY, primary],
    ...STANDBYS.map((name) => [name, connect(name)] as const),
  ]);
  const onEach = async <T>(look: (connection: NodeConnection) => Promise<T>) =>
    Promise.all([...connections].map(async ([name, connection]) => [name, await look(connection)] as const));

  return {
    whole: (signal) => wholeness(connections, () => observer.monotonicMs(), signal),
    async roles(signal) {
      const roles = await onEach((connection) => roleOf(connection, signal).catch(() => undefined));
      return Object.fromEntries(roles.filter((entry): entry is [string, string] => entry[1] !== undefined));
    },
    async capture(signal) {
      const nodes = await onEach((connection) =>
        captureNode(connection, observer.monotonicMs(), signal).catch(
          (error: unknown): JsonObject => ({ reachable: false, error: describeFailure(error) }),
        ),
      );
      return Object.fromEntries(nodes);
    },
    ping: (_node, address, signal) => ping(address, signal),
    transfer: (_node, address, bytes, signal) => transfer(address, bytes, signal),
    // The primary alone knows what was acknowledged: a standby may lag behind.
    missingWrites: (acks, signal) => missingWrites(primary, acks, signal),
    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
    },
  };
}
