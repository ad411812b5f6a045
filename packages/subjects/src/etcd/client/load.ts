import type { Address } from '@ordeal/core';
import { describeFailure } from '../../describe-failure.ts';
import type { LoadOperations } from '../../load-client/open-loop.ts';
import { putKey, readKey } from '../member-api.ts';

/** A member that does not answer is left while there is time to ask the others. */
const ATTEMPT_MS = 300;
/** Writes go round over so many keys: the newest number of each is kept, and the store does not grow with the load. */
const KEYS = 1_000;

/**
 * Operations go to the members in turns, and past those that do not answer, as etcd's own clients do. A write that is
 * tried again at another member writes the same again, so it does not matter whether the first try was done.
 */
export function openLoad(members: readonly Address[]): LoadOperations {
  let turn = 0;

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
    write: (number, signal) =>
      atOneOfThem(
        (member, budget) => putKey(member, `load/${number % KEYS}`, String(number), budget),
        signal,
      ),
    read: (signal) => atOneOfThem((member, budget) => readKey(member, 'load/0', budget), signal),
  };
}
