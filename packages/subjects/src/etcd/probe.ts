import {
  type Address,
  deadlineSignal,
  type JsonObject,
  type Observer,
  type SubjectProbe,
} from '@ordeal/core';
import { describeFailure } from '../describe-failure.ts';
import { type MemberStatus, memberStatus } from './member-api.ts';
import { missingWrites } from './missing-writes.ts';
import { ping } from './ping.ts';
import { CLIENT_PORT, MEMBERS } from './topology.ts';
import { wholeness } from './wholeness.ts';

/** A member that stands still never answers: whoever waits for its state, as before a lift, must not wait for long. */
const ANSWER_WITHIN_MS = 1_500;

/** Eyes on one instance, beside all links. */
export function openProbe(observer: Observer): SubjectProbe {
  const members = new Map<string, Address>(
    MEMBERS.map((name) => [name, observer.address(name, CLIENT_PORT)]),
  );
  const statusOfEach = async <T>(
    signal: AbortSignal,
    read: (status: Promise<MemberStatus>) => Promise<T>,
  ) => {
    const until = deadlineSignal(ANSWER_WITHIN_MS, signal);
    return Promise.all(
      [...members].map(async ([name, address]) => [name, await read(memberStatus(address, until))] as const),
    );
  };

  return {
    whole: (signal) => wholeness(members, signal),
    async roles(signal) {
      const statuses = await statusOfEach(signal, (status) => status.catch(() => undefined));
      return Object.fromEntries(
        statuses.flatMap(([name, status]) => (status === undefined ? [] : [[name, roleOf(status)]])),
      );
    },
    async capture(signal) {
      const nodes = await statusOfEach(signal, (status) =>
        status.then(
          recordOf,
          (error: unknown): JsonObject => ({ reachable: false, error: describeFailure(error) }),
        ),
      );
      return Object.fromEntries(nodes);
    },
    ping: (_node, address, signal) => ping(address, signal),
    // Any member will do: its reads are linearizable.
    missingWrites: (acks, signal) => missingWrites(observer.address(MEMBERS[0], CLIENT_PORT), acks, signal),
    async close() {
      // Each question has a connection of its own, or one that closes itself when it is idle.
    },
  };
}

/** A leader that nobody hears any more takes itself for one until its term is over; so do the others, rightly, for another. */
function roleOf({ member, leader }: MemberStatus): 'leader' | 'follower' {
  return member === leader ? 'leader' : 'follower';
}

function recordOf(status: MemberStatus): JsonObject {
  return {
    reachable: true,
    role: roleOf(status),
    leader: status.leader === '0' ? null : status.leader,
    term: status.term,
    revision: status.revision,
    raft_index: status.raftIndex,
    applied_index: status.appliedIndex,
    db_size_bytes: status.dbSizeBytes,
    version: status.version,
  };
}
