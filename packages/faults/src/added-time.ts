import { setTimeout as delay } from 'node:timers/promises';
import type { FaultSite, Link } from '@ordeal/core';
import {
  linkName,
  type PingResult,
  ping,
  problemIn,
  type Route,
  routesBeside,
  routeThrough,
} from './link-pings.ts';
import { median } from './median.ts';

/** An odd number has a middle. */
const SAMPLES = 9;
/** In how many of them a trip must be slower than all beside it: a delay may be drawn close to zero, or one trip beside it stall. */
const MOST_SAMPLES = SAMPLES - 1;
/**
 * Between the starts of two samples: they overlap, or a slow link would outlast every deadline, and they are
 * spread, or one stall of a busy machine would slow down all of them alike and look like a delay.
 */
const SPREAD_MS = 30;
/**
 * Each route's share of that at least: a node with many links would else be measured under a load of pings. A store of
 * TiKV has 17 routes; at 5 ms the measuring alone slowed them by up to 45 ms on two idle cores.
 */
const SPREAD_PER_ROUTE_MS = 8;
/** How far above the spread of the trips beside it an added one must lie, where those have fewer hops. */
const NOISE_MARGIN = 2;

/** The round-trip time that a link adds. A type and not an interface, so that it is plain JSON. */
export type AddedTime = {
  readonly link: string;
  /** Median of the differences between round trips that began together; null when a ping got no answer. */
  readonly addedMs: number | null;
  /** The quickest round trip through the link. */
  readonly fastestMs: number | null;
  /** How far the round trips beside it lay apart. */
  readonly noiseMs: number | null;
  /**
   * The added time cannot be what a busy machine did. Beside a link without the fault, which has the same hops and thus the
   * same chances, it is so when nearly every trip was slower than the ones that began with it. Beside the node alone it
   * must exceed the noise: a starved machine was seen to slow every trip through a proxy by 57 ms, with direct ones 53 ms
   * apart.
   */
  readonly isClear: boolean;
  readonly throughMs: number[];
  /** The slowest of the routes beside the link, for each sample. */
  readonly besideMs: number[];
  readonly problem: string | null;
};

/**
 * Measures the links: application round trips through each, beside some on routes without the fault, so that what slows
 * down the machine slows down all. A route that several links are compared with is asked once.
 * @param touched all links that the fault is on
 */
export async function measureAddedTimes(
  site: FaultSite,
  links: readonly Link[],
  touched: readonly Link[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<AddedTime[]> {
  const measured = links.map((link) => ({
    link,
    through: routeThrough(site, link),
    beside: routesBeside(site, link, touched),
  }));
  const routes = new Map(
    measured.flatMap(({ through, beside }) => [through, ...beside]).map((route) => [routeName(route), route]),
  );
  const spreadMs = Math.max(SPREAD_MS, routes.size * SPREAD_PER_ROUTE_MS);
  const samples = await Promise.all(
    Array.from({ length: SAMPLES }, async (_, index) => {
      // The caller's reason, not the timer's.
      await delay(index * spreadMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      const results = [...routes].map(
        async ([name, route]) => [name, await ping(site, route, timeoutMs, signal)] as const,
      );
      return new Map(await Promise.all(results));
    }),
  );
  const of = (route: Route) => samples.flatMap((sample) => sample.get(routeName(route)) ?? []);
  return measured.map(({ link, through, beside }) => addedTime(link, of(through), beside.map(of)));
}

/** @param beside for each route beside the link its results, in the order of those through it */
function addedTime(
  link: Link,
  through: readonly PingResult[],
  beside: readonly (readonly PingResult[])[],
): AddedTime {
  const problem = problemIn([...through, ...beside.flat()]);
  const throughMs = through.flatMap(answered);
  const besideMs = through.flatMap((_, index) =>
    slowest(beside.flatMap((results) => results.slice(index, index + 1).flatMap(answered))),
  );
  return {
    link: linkName(link),
    ...(problem === undefined ? figuresOf(throughMs, besideMs, beside.length > 1) : UNANSWERED),
    throughMs: throughMs.map(rounded),
    besideMs: besideMs.map(rounded),
    problem: problem ?? null,
  };
}

const UNANSWERED = { addedMs: null, fastestMs: null, noiseMs: null, isClear: false };

function figuresOf(throughMs: readonly number[], besideMs: readonly number[], isBesideLink: boolean) {
  const addedMs = throughMs.map((ms, index) => ms - (besideMs[index] ?? Number.NaN));
  const noiseMs = Math.max(...besideMs) - Math.min(...besideMs);
  const slower = addedMs.filter((ms) => ms > 0).length;
  return {
    addedMs: rounded(median(addedMs)),
    fastestMs: rounded(Math.min(...throughMs)),
    noiseMs: rounded(noiseMs),
    isClear: isBesideLink ? slower >= MOST_SAMPLES : median(addedMs) >= NOISE_MARGIN * noiseMs,
  };
}

function routeName({ node, address }: Route): string {
  return `${node} ${address.host}:${address.port}`;
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
