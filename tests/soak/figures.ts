import { RUNTIMES, type RuntimeName } from '@ordeal/core';
import type { Store } from '@ordeal/store';
import type { WorkerKill } from './worker-kill.ts';

/** What the kills of workers cost, a line for each runtime: median, 95th percentile and maximum, with how many there were. */
export async function killFigures(kills: readonly WorkerKill[], store: Store): Promise<string[]> {
  const again = (
    await Promise.all(kills.flatMap((kill) => kill.lost.map((lost) => timeToRunAgain(kill, lost, store))))
  ).filter((each) => each !== undefined);
  return RUNTIMES.map((runtime) => {
    const goneMs = kills.flatMap(({ gone }) =>
      gone.filter((each) => each.runtime === runtime).map(({ ms }) => ms),
    );
    const againMs = again.filter((each) => each.runtime === runtime).map(({ ms }) => ms);
    return `${runtime}: kill -9 to instance gone ${spread(goneMs)}; to running again ${spread(againMs)}`;
  });
}

/** By Postgres's clock, which is this machine's. Undefined: it had its result after all, or was given back. */
async function timeToRunAgain(
  { at }: WorkerKill,
  { trialId, execution }: WorkerKill['lost'][number],
  store: Store,
): Promise<{ runtime: RuntimeName; ms: number } | undefined> {
  const [trial, executions] = await Promise.all([store.getTrial(trialId), store.listExecutions(trialId)]);
  const isLost = executions.some((each) => each.execution === execution && each.end === 'lost');
  const next = executions.find((each) => each.execution === execution + 1);
  if (trial === undefined || !isLost || next === undefined) return undefined;
  return { runtime: trial.runtime, ms: next.startedAt.getTime() - at.getTime() };
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return 'never';
  const sorted = values.toSorted((a, b) => a - b);
  // The nearest rank: each figure is one that was seen.
  const at = (share: number) =>
    `${((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) / 1_000).toFixed(1)} s`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} (${sorted.length})`;
}
