import { RUNTIMES, type RuntimeName } from '@ordeal/core';
import type { Store } from '@ordeal/store';
import type { Disturbances } from './disturbances.ts';
import type { WorkerKill } from './worker-kill.ts';

export interface KillFigures {
  /** A line for each runtime: median, 95th percentile and maximum, with how many there were. */
  readonly lines: readonly string[];
  readonly breaches: readonly string[];
}

/**
 * What the kills of workers cost.
 * @param withinMs so soon must what they ran run again, from when on somebody was left in peace to see to it
 */
export async function killFigures(
  kills: readonly WorkerKill[],
  disturbances: Disturbances,
  withinMs: number,
  store: Store,
): Promise<KillFigures> {
  const losses = (
    await Promise.all(
      kills.flatMap((kill) => kill.lost.map((lost) => lossOf(kill, lost, disturbances, store))),
    )
  ).filter((each) => each !== undefined);
  const lines = RUNTIMES.map((runtime) => {
    const goneMs = kills.flatMap(({ gone }) =>
      gone.filter((each) => each.runtime === runtime).map(({ ms }) => ms),
    );
    const here = losses.filter((each) => each.runtime === runtime);
    const inPeace = here.map(({ inPeaceMs }) => inPeaceMs).filter((each) => each !== undefined);
    const figures = [
      `kill -9 to instance gone ${spread(goneMs)}`,
      `to known as lost ${spread(here.map(({ knownMs }) => knownMs))}`,
      `to running again ${spread(here.map(({ againMs }) => againMs))}`,
      `of that with a worker left in peace ${spread(inPeace)}`,
    ];
    return `${runtime}: ${figures.join('; ')}`;
  });
  const late = losses.filter(({ inPeaceMs = 0 }) => inPeaceMs > withinMs);
  return { lines, breaches: late.map(({ about }) => about) };
}

interface Loss {
  readonly runtime: RuntimeName;
  /** From `kill -9` until a worker found it lost. */
  readonly knownMs: number;
  /** From `kill -9` until it ran again. */
  readonly againMs: number;
  /** The part of `againMs` in which a worker was there that nobody struck any more; undefined: there was none. */
  readonly inPeaceMs: number | undefined;
  readonly about: string;
}

/** By Postgres's clock, which is this machine's. Undefined: it had its result after all, or was given back. */
async function lossOf(
  { at }: WorkerKill,
  { trialId, execution }: WorkerKill['lost'][number],
  disturbances: Disturbances,
  store: Store,
): Promise<Loss | undefined> {
  const [trial, executions] = await Promise.all([store.getTrial(trialId), store.listExecutions(trialId)]);
  const lost = executions.find((each) => each.execution === execution && each.end === 'lost');
  const next = executions.find((each) => each.execution === execution + 1);
  if (trial === undefined || lost === undefined || next === undefined) return undefined;
  const death = at.getTime();
  const again = next.startedAt.getTime();
  const dueSince = disturbances.dueSince(death, again);
  const inPeaceMs = dueSince === undefined ? undefined : again - dueSince;
  const knownMs = Number(lost.endedAt) - death;
  const times = `known as lost after ${knownMs} ms, again after ${again - death} ms, of that ${inPeaceMs} ms with a worker left in peace`;
  const about = `trial ${trialId}#${execution}, worker killed at ${at.toISOString()}: ${times}`;
  return { runtime: trial.runtime, knownMs, againMs: again - death, inPeaceMs, about };
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return 'never';
  const sorted = values.toSorted((a, b) => a - b);
  // The nearest rank: each figure is one that was seen.
  const at = (share: number) =>
    `${((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) / 1_000).toFixed(1)} s`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} (${sorted.length})`;
}
