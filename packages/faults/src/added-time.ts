import { setTimeout as delay } from 'node:timers/promises';
import type { FaultSite, Link } from '@ordeal/core';
import { linkName, type PingResult, pingDirect, pingThrough, problemOf } from './link-pings.ts';
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
  /** Median of the differences between two round trips that began together; null when a ping got no answer. */
  readonly addedMs: number | null;
  /** The quickest round trip through the link. */
  readonly fastestMs: number | null;
  /** How far the direct round trips lay apart: what is smaller than that cannot be told from noise. */
  readonly noiseMs: number | null;
  readonly throughMs: number[];
  readonly directMs: number[];
  readonly problem: string | null;
};

/**
 * Measures one link: application round trips through it, each beside one to the node's own address, so that what
 * slows down the machine slows down both.
 */
export async function measureAddedTime(
  site: FaultSite,
  link: Link,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<AddedTime> {
  const pairs = await Promise.all(
    Array.from({ length: SAMPLES }, async (_, index) => {
      // The caller's reason, not the timer's.
      await delay(index * SPREAD_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
      return Promise.all([
        pingThrough(site, link, timeoutMs, signal),
        pingDirect(site, link.to, timeoutMs, signal),
      ]);
    }),
  );
  const throughMs = pairs.flatMap(([through]) => answered(through));
  const directMs = pairs.flatMap(([, direct]) => answered(direct));
  const differencesMs = pairs.flatMap(([through, direct]) =>
    through.kind === 'answered' && direct.kind === 'answered' ? [through.ms - direct.ms] : [],
  );
  const problem = pairs
    .map(
      ([through, direct]) =>
        problemOf(direct, `${link.to} itself`) ?? problemOf(through, `${link.to} through the link`),
    )
    .find((found) => found !== undefined);
  const figures =
    problem === undefined
      ? {
          addedMs: rounded(median(differencesMs)),
          fastestMs: rounded(Math.min(...throughMs)),
          noiseMs: rounded(Math.max(...directMs) - Math.min(...directMs)),
        }
      : { addedMs: null, fastestMs: null, noiseMs: null };
  return {
    link: linkName(link),
    ...figures,
    throughMs: throughMs.map(rounded),
    directMs: directMs.map(rounded),
    problem: problem ?? null,
  };
}

function answered(result: PingResult): number[] {
  return result.kind === 'answered' ? [result.ms] : [];
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
