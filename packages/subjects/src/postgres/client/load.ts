import { describeFailure } from '../../describe-failure.ts';
import type { LoadOperations } from '../../load-client/open-loop.ts';
import { createConnectionPool } from './connection-pool.ts';
import type { ClientOptions } from './options.ts';

/** A read leaves a standby that does not answer while there is time to ask the others. */
const READ_ATTEMPT_MS = 300;

/** Writes go to the primary; reads to the standbys in turns, and past those that do not answer. */
export function openLoad(options: ClientOptions): LoadOperations {
  const primary = createConnectionPool(options.primary);
  const standbys = options.standbys.map((address) => createConnectionPool(address));
  let turn = 0;

  return {
    write: (number, signal) =>
      primary.query('insert into load_number (number) values ($1)', [number], signal),

    async read(signal) {
      const first = turn++ % Math.max(1, standbys.length);
      const order = [...standbys.slice(first), ...standbys.slice(0, first), primary];
      const failures: string[] = [];
      for (const [index, server] of order.entries()) {
        const last = index === order.length - 1;
        const budget = last ? signal : AbortSignal.any([signal, AbortSignal.timeout(READ_ATTEMPT_MS)]);
        try {
          return await server.query('select max(number) from load_number', [], budget);
        } catch (error) {
          failures.push(describeFailure(error));
        }
      }
      throw new Error([...new Set(failures)].join('; '));
    },
  };
}
