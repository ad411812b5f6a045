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

/** One after the other: a stall of a busy machine slows down one of them, a limit every one. */
const SAMPLES = 3;
/** No new one is begun after this: on a slow and busy link there is time for one or two. */
const BEGIN_WITHIN_MS = 900;
/** Within a guard's look. */
const TIMEOUT_MS = 2_500;

/** What a link carries, in kilobits a second, there and back. A type and not an interface, so that it is plain JSON. */
export type CarriedRate = {
  readonly link: string;
  /** Of each transfer through the link. */
  readonly kbit: number[];
  /** Of the slowest transfer that began together with it, on routes without the fault. */
  readonly besideKbit: number[];
  readonly problem: string | null;
};

/**
 * Measures one link by transfers of so many bytes in each direction.
 * @param touched all links that the fault is on
 */
export async function measureCarriedRate(
  site: FaultSite,
  link: Link,
  touched: readonly Link[],
  bytes: number,
  signal: AbortSignal,
): Promise<CarriedRate> {
  const routes = [routeThrough(site, link), ...routesBeside(site, link, touched)];
  const kbit: number[] = [];
  const besideKbit: number[] = [];
  let problem: string | undefined;
  const untilMs = monotonicMs() + BEGIN_WITHIN_MS;
  for (let sample = 0; sample < SAMPLES && monotonicMs() < untilMs; sample += 1) {
    const results = await Promise.all(routes.map((route) => transfer(site, route, bytes, signal)));
    problem = problemIn(results);
    if (problem !== undefined) break;
    // Bits per millisecond are kilobits per second; the bytes went there and back.
    const [through = 0, ...beside] = results.map((result) =>
      result.kind === 'answered' ? Math.round((2 * bytes * 8) / result.ms) : 0,
    );
    kbit.push(through);
    besideKbit.push(Math.min(...beside));
  }
  return { link: linkName(link), kbit, besideKbit, problem: problem ?? null };
}

function transfer(
  { probe }: FaultSite,
  { node, address }: Route,
  bytes: number,
  signal: AbortSignal,
): Promise<PingResult> {
  return answerWithin(TIMEOUT_MS, signal, async (deadline) => {
    if (probe.transfer === undefined) throw new Error('the subject offers no transfer');
    return probe.transfer(node, address, bytes, deadline);
  });
}
