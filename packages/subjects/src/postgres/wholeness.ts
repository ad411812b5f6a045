import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { describeFailure } from '../describe-failure.ts';
import type { NodeConnection } from './node-connection.ts';
import { PRIMARY, STANDBYS } from './topology.ts';

/**
 * A heartbeat comes with each sample, four a second, so a standby that follows shows one of some 250 ms. Four
 * samples' worth of age is a standby that has lost the primary; `pg_stat_replication` would still call it
 * `streaming` until a time-out, and would call one gone whose feedback alone is cut.
 */
const FRESH_MS = 1_000;
/** When we were the ones that slept (a busy machine), the standbys have this sample's heartbeat a moment later. */
const SECOND_LOOK_MS = 100;

const standbyRows = z.tuple([z.object({ standby: z.boolean(), at_ms: z.number().nullable() })]);

/** Is the primary writable, and do both standbys follow it? Says who is not well, and why. */
export async function wholeness(
  connections: ReadonlyMap<string, NodeConnection>,
  nowMs: () => number,
  signal: AbortSignal,
): Promise<{ whole: boolean; detail: string }> {
  const problems = await Promise.all(
    [...connections].map(async ([name, connection]) => {
      try {
        const problem = await (name === PRIMARY
          ? primaryProblem(connection, nowMs(), signal)
          : standbyProblem(connection, nowMs, signal));
        return problem === undefined ? [] : [`${name}: ${problem}`];
      } catch (error) {
        return [`${name}: ${describeFailure(error)}`];
      }
    }),
  );
  const found = problems.flat();
  if (found.length > 0) return { whole: false, detail: found.join('; ') };
  return { whole: true, detail: `primary writable, ${STANDBYS.length} standbys follow` };
}

/** Writing is the test: a server in recovery, or one that cannot write, refuses the heartbeat with its reason. */
async function primaryProblem(
  connection: NodeConnection,
  atMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Samples overlap and may arrive out of order; the heartbeat never goes back.
  const beat = 'update heartbeat set at_ms = greatest(at_ms, $1) where id = 1 returning id';
  const { length } = await connection.query(beat, [atMs], signal);
  return length === 1 ? undefined : 'its heartbeat row is gone';
}

async function standbyProblem(
  connection: NodeConnection,
  nowMs: () => number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const look = async () => {
    const found = await connection.query(
      'select pg_is_in_recovery() as standby, at_ms from heartbeat where id = 1',
      [],
      signal,
    );
    const [{ standby, at_ms }] = standbyRows.parse(found);
    if (!standby) return 'it is not a standby any more';
    if (at_ms === null) return 'it has no heartbeat yet';
    const ageMs = nowMs() - at_ms;
    return ageMs <= FRESH_MS ? undefined : `its heartbeat is ${(ageMs / 1_000).toFixed(1)} s old`;
  };
  const first = await look();
  if (first === undefined) return undefined;
  await delay(SECOND_LOOK_MS, undefined, { signal });
  return look();
}
