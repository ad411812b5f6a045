import { setTimeout as delay } from 'node:timers/promises';
import { type FaultSite, type Link, monotonicMs } from '@ordeal/core';
import {
  answerWithin,
  linkName,
  type PingResult,
  problemIn,
  type Route,
  routesBeside,
  routeThrough,
} from './link-pings.ts';

/** TCP sends nothing again before 200 ms are over (Linux, TCP_RTO_MIN), nor a connect before a second. */
const STALL_MS = 150;
/** From the start of the first ping to that of the last, or one stall of a busy machine would stall them all. */
const SPREAD_MS = 600;
/** Within a guard's look, together with the spread. */
const TIMEOUT_MS = 2_000;

/** How many round trips over a link had to wait for TCP to send something again. Plain JSON. */
export type Stalls = {
  readonly link: string;
  readonly pings: number;
  /** Pings that took a resend longer than those beside them, or that got no answer in time. */
  readonly stalled: number;
  /** Those of them that got no answer in time. */
  readonly silent: number;
  readonly throughMs: (number | null)[];
  /** The slowest that began together with it, on routes without the fault. */
  readonly besideMs: (number | null)[];
  readonly problem: string | null;
};

/**
 * Pings a link, each time with a connection of its own, beside some on routes without the fault: what slows down the
 * machine slows down all.
 * @param touched all links that the fault is on
 */
export async function countStalls(
  site: FaultSite,
  link: Link,
  touched: readonly Link[],
  pings: number,
  signal: AbortSignal,
): Promise<Stalls> {
  const routes = [routeThrough(site, link), ...routesBeside(site, link, touched)];
  const samples = await Promise.all(
    Array.from({ length: pings }, async (_, index) => {
      // The caller's reason, not the timer's.
      await delay((index * SPREAD_MS) / pings, undefined, { signal }).catch(() => signal.throwIfAborted());
      const [through, ...beside] = await Promise.all(routes.map((route) => wholePing(site, route, signal)));
      return { through: through ?? SILENT, beside };
    }),
  );
  const throughMs = samples.map(({ through }) => timeOf(through));
  const besideMs = samples.map(({ beside }) => slowestOf(beside));
  const stalled = throughMs.filter((ms, index) => {
    const besides = besideMs[index] ?? null;
    return besides !== null && (ms === null || ms - besides >= STALL_MS);
  });
  const problem =
    problemIn(samples.flatMap(({ beside }) => beside)) ??
    problemIn(samples.map(({ through }) => through).filter(({ kind }) => kind === 'failed'));
  return {
    link: linkName(link),
    pings,
    stalled: stalled.length,
    silent: throughMs.filter((ms) => ms === null).length,
    throughMs,
    besideMs,
    problem: problem ?? null,
  };
}

const SILENT: PingResult = { kind: 'silent' };

/** One ping, in ms with all that belongs to it: a connect is lost as easily as the rest. */
function wholePing({ probe }: FaultSite, { node, address }: Route, signal: AbortSignal): Promise<PingResult> {
  return answerWithin(TIMEOUT_MS, signal, async (deadline) => {
    const startedMs = monotonicMs();
    await probe.ping(node, address, deadline);
    return monotonicMs() - startedMs;
  });
}

function timeOf(result: PingResult): number | null {
  return result.kind === 'answered' ? Math.round(result.ms) : null;
}

function slowestOf(results: readonly PingResult[]): number | null {
  const times = results.flatMap((result) => timeOf(result) ?? []);
  return times.length < results.length ? null : Math.max(...times);
}
