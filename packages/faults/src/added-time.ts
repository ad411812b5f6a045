import { setTimeout as delay } from 'node:timers/promises';
import type { FaultSite, Link } from '@ordeal/core';
import { linkName, type PingResult, ping, problemIn, routesBeside, routeThrough } from './link-pings.ts';
import { median } from './median.ts';

/** An odd number has a middle. */
const SAMPLES = 9;
/**
 * Between the starts of two samples: they overlap, or a slow link would outlast every deadline, and they are
 * spread, or one stall of a busy machine would slow down all of them alike and look like a delay.
 */
const SPREAD_MS = 30;

/** The round-trip time that a link adds. A type and not an interface, so that it is plain JSON. */
export type AddedTime = {
  readonly link: string;
  /** Median of the differences between round trips that began together; null when a ping got no answer. */
  readonly addedMs: number | null;
  /** The quickest round trip through the link. */
  readonly fastestMs: number | null;
  /** How far the round trips beside it lay apart: what is smaller than that cannot be told from noise. */
  readonly noiseMs: number | null;
  readonly throughMs: number[];
  /** The slowest of the routes beside the link, for each sample. */
  readonly besideMs: number[];
  readonly problem: string | null;
};

/**
 * Measures one link: application round trips through it, each beside some on routes without the fault, so that
 * what slows down the machine slows down all.
 * @param touched all links that the fault is on
 */
export async function measureAddedTime(
  site: FaultSite,
  link: Link,
  touched: readonly Link[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<AddedTime> {
  const routes = [routeThrough(site, link), ...routesBeside(site, link, touched)];
  const samples = await Promise.all(
    Array.from({ length: SAMPLES }, async (_, index) => {
      // The caller's reason, not the timer's.
      await delay(index * SPREAD_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
      return Promise.all(routes.map((route) => ping(site, route, timeoutMs, signal)));
    }),
  );
  const problem = problemIn(samples.flat());
  const throughMs = samples.flatMap(([through]) => (through === undefined ? [] : answered(through)));
  const besideMs = samples.flatMap(([, ...beside]) => slowest(beside.flatMap(answered)));
  const figures =
    problem === undefined
      ? {
          addedMs: rounded(median(throughMs.map((ms, index) => ms - (besideMs[index] ?? Number.NaN)))),
          fastestMs: rounded(Math.min(...throughMs)),
          noiseMs: rounded(Math.max(...besideMs) - Math.min(...besideMs)),
        }
      : { addedMs: null, fastestMs: null, noiseMs: null };
  return {
    link: linkName(link),
    ...figures,
    throughMs: throughMs.map(rounded),
    besideMs: besideMs.map(rounded),
    problem: problem ?? null,
  };
}

function answered(result: PingResult): number[] {
  return result.kind === 'answered' ? [result.ms] : [];
}

function slowest(times: readonly number[]): number[] {
  return times.length === 0 ? [] : [Math.max(...times)];
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
