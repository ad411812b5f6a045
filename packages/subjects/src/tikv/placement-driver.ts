import type { Observer } from '@ordeal/core';
import type { z } from 'zod';
import { describeFailure } from '../describe-failure.ts';
import type { HttpReader } from './http-reader.ts';
import { PLACEMENT_DRIVERS } from './topology.ts';

/** Lets a member answer for itself; without it one that does not lead asks the leader. */
export const OWN_ANSWER_HEADERS = { 'PD-Allow-follower-handle': 'true' };

/** PD's HTTP API, beside all links. */
export interface PlacementDriver {
  /** What this member itself says. @throws when it does not answer, or otherwise than expected. */
  askMember<T>(member: string, path: string, shape: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  /**
   * What the leading member says, by way of the first one that knows it.
   * @throws when no member has an answer; without a leader a member of PD takes 3 s to say so.
   */
  askCluster<T>(path: string, shape: z.ZodType<T>, signal: AbortSignal): Promise<T>;
}

/** @param readers `own` lets the member that is asked answer by itself; `leader` lets it ask the leader. */
export function createPlacementDriver(
  observer: Observer,
  readers: { readonly own: HttpReader; readonly leader: HttpReader },
): PlacementDriver {
  const ask = async <T>(
    reader: HttpReader,
    member: string,
    path: string,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const body = await reader.read(observer.address(member, 'client'), `/pd/api/v1/${path}`, signal);
    return shape.parse(JSON.parse(body));
  };
  return {
    askMember: (member, path, shape, signal) => ask(readers.own, member, path, shape, signal),
    async askCluster(path, shape, signal) {
      const answers = PLACEMENT_DRIVERS.map((member) => ask(readers.leader, member, path, shape, signal));
      try {
        return await Promise.any(answers);
      } catch (error) {
        if (!(error instanceof AggregateError)) throw error;
        // Members that wait for a leader and members that are gone fail for different reasons.
        throw new Error([...new Set(error.errors.map(describeFailure))].join(', '), { cause: error });
      }
    },
  };
}
