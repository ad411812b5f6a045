import type { Address } from '@ordeal/core';
import { describeFailure } from '../../describe-failure.ts';
import { loadKey } from '../../load-client/load-key.ts';
import type { LoadOperations } from '../../load-client/open-loop.ts';
import { putKey, readKey } from '../member-api.ts';

/**
 * A member that does not answer is left while there is time to ask another one. Half of the operation's second: under
 * 150 ms of added round-trip time a write by way of a follower takes three of them, and is slow, not lost.
 */
const ATTEMPT_MS = 500;

/**
 * Operations go to the members in turns, and past those that do not answer, as etcd's own clients do. A write that is
 * tried again at another member writes the same again, so it does not matter whether the first try was done.
 */
export function openLoad(members: readonly Address[]): LoadOperations {
  let turn = 0;
  let newest = 0;

  const atOneOfThem = async (
    act: (member: Address, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ) => {
    const first = turn++ % members.length;
    const order = [...members.slice(first), ...members.slice(0, first)];
    const failures: string[] = [];
    for (const [index, member] of order.entries()) {
      const last = index === order.length - 1;
      const budget = last ? signal : AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
      try {
        return await act(member, budget);
      } catch (error) {
        failures.push(describeFailure(error));
      }
    }
    throw new Error([...new Set(failures)].join('; '));
  };

  return {
    async write(number, signal) {
      await atOneOfThem((member, budget) => putKey(member, loadKey(number), String(number), budget), signal);
      newest = number;
    },
    read: (signal) => atOneOfThem((member, budget) => readKey(member, loadKey(newest), budget), signal),
  };
}
