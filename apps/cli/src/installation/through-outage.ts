import { setTimeout as delay } from 'node:timers/promises';
import { describeError, monotonicMs } from '@ordeal/core';
import { isOutage } from './outage.ts';

/**
 * Reads again while Postgres is away, and says so once. Only for reads: nobody knows what became of a write.
 * @throws what `read` throws when that is no outage, or when the outage has lasted longer than `patienceMs`
 */
export async function throughOutage<T>(
  read: () => Promise<T>,
  options: {
    say: (line: string) => void;
    patienceMs: number;
    everyMs: number;
    signal?: AbortSignal | undefined;
  },
): Promise<T> {
  const { say, patienceMs, everyMs, signal } = options;
  let awaySinceMs: number | undefined;
  for (;;) {
    try {
      const answer = await read();
      if (awaySinceMs !== undefined) say('Postgres answers again.');
      return answer;
    } catch (error) {
      if (!isOutage(error)) throw error;
      const nowMs = monotonicMs();
      if (awaySinceMs === undefined) {
        awaySinceMs = nowMs;
        say(`${describeError(error)}. Trying again for ${patienceMs / 1000} s.`);
      } else if (nowMs - awaySinceMs > patienceMs) throw error;
      await delay(everyMs, undefined, signal ? { signal } : {});
    }
  }
}
