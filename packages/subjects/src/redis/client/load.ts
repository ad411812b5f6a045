import { loadKey } from '../../load-client/load-key.ts';
import type { LoadOperations } from '../../load-client/open-loop.ts';
import type { ClientOptions } from './options.ts';
import { connectBySentinels } from './sentinel-connection.ts';

/** A read leaves a replica that does not answer while there is time to ask the primary. */
const READ_ATTEMPT_MS = 300;

/** Writes go to whoever is the primary; reads of the newest acknowledged write to a replica, or else to the primary. */
export function openLoad({ sentinels }: ClientOptions): LoadOperations {
  const primary = connectBySentinels(sentinels, 'master');
  const replica = connectBySentinels(sentinels, 'slave');
  let newest = 0;

  return {
    async write(number, signal) {
      await primary.run((redis) => redis.set(loadKey(number), number), signal);
      newest = number;
    },
    async read(signal) {
      const key = loadKey(newest);
      try {
        const budget = AbortSignal.any([signal, AbortSignal.timeout(READ_ATTEMPT_MS)]);
        return await replica.run((redis) => redis.get(key), budget);
      } catch {
        return await primary.run((redis) => redis.get(key), signal);
      }
    },
  };
}
